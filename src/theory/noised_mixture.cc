#include "theory/noised_mixture.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::theory {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

double PosteriorState::label_entropy() const {
  double sum = 0.0;
  for (const double p : responsibilities)
    if (p > 0.0) sum -= p * std::log(p);
  return sum;
}

NoisedMixture::NoisedMixture(DataMixture data, double noise)
    : data_(std::move(data)),
      noise_(noise),
      precisions_((data_.spectra().array() + noise).inverse()),
      log_norms_(data_.count()) {
  SYNCGAP_EXPECTS(noise >= 0.0 && precisions_.allFinite());
  const double dimension = to_real(data_.dimension());
  for (Index k = 0; k < count(); ++k)
    log_norms_[k] = std::log(data_.weights()[k]) + 0.5 * precisions_.col(k).array().log().sum() -
                    0.5 * dimension * std::log(2.0 * std::numbers::pi);
}

double NoisedMixture::log_component(Index k, const VectorXd& x) const {
  if (data_.axes(k).size() != 0) {
    const VectorXd along = data_.axes(k).transpose() * (x - data_.means().col(k));
    return log_norms_[k] - 0.5 * along.cwiseAbs2().dot(precisions_.col(k));
  }
  double distance = 0.0;
  for (Index d = 0; d < x.size(); ++d) {
    const double apart = x[d] - data_.means()(d, k);
    distance += apart * apart * precisions_(d, k);
  }
  return log_norms_[k] - 0.5 * distance;
}

double NoisedMixture::log_density(const VectorXd& x) const {
  double largest = -std::numeric_limits<double>::infinity(), sum = 0.0;
  for (Index k = 0; k < count(); ++k) {
    const double term = log_component(k, x);
    if (term > largest) {
      sum = sum * std::exp(largest - term) + 1.0;
      largest = term;
    } else {
      sum += std::exp(term - largest);
    }
  }
  return largest + std::log(sum);
}

VectorXd NoisedMixture::precision_times(Index k, const VectorXd& v) const {
  const MatrixXd& axes = data_.axes(k);
  if (axes.size() == 0) return precisions_.col(k).cwiseProduct(v);
  return axes * precisions_.col(k).cwiseProduct(axes.transpose() * v);
}

VectorXd NoisedMixture::component_score(Index k, const VectorXd& x) const {
  return precision_times(k, data_.means().col(k) - x);
}

PosteriorState NoisedMixture::at(const VectorXd& x) const {
  SYNCGAP_EXPECTS(x.size() == dimension());
  PosteriorState state;
  VectorXd& p = state.responsibilities;
  p.resize(count());
  for (Index k = 0; k < count(); ++k) p[k] = log_component(k, x);
  const double largest = p.maxCoeff();
  double sum = 0.0;
  for (double& term : p) {
    term = std::exp(term - largest);
    sum += term;
  }
  state.log_density = largest + std::log(sum);
  p /= sum;
  state.score = VectorXd::Zero(dimension());
  for (Index k = 0; k < count(); ++k)
    if (p[k] > 0.0) state.score += p[k] * component_score(k, x);
  return state;
}

VectorXd NoisedMixture::posterior_mean(const VectorXd& x, const PosteriorState& state) const {
  return x + noise_ * state.score;
}

double NoisedMixture::posterior_variance(const VectorXd& x, const PosteriorState& state) const {
  const VectorXd mean = posterior_mean(x, state);
  double sum = 0.0;
  for (Index k = 0; k < count(); ++k) {
    const double p = state.responsibilities[k];
    if (p == 0.0) continue;
    // Component k of the posterior: covariance Sigma s / (Sigma + s), mean x + s score_k.
    double within = 0.0;
    for (Index d = 0; d < dimension(); ++d)
      within += data_.spectra()(d, k) * noise_ * precisions_(d, k);
    const VectorXd component_mean = x + noise_ * component_score(k, x);
    sum += p * (within + (component_mean - mean).squaredNorm());
  }
  return sum;
}

DataMixture NoisedMixture::posterior(const VectorXd& x, const PosteriorState& state,
                                     double negligible) const {
  std::vector<Index> kept;
  for (Index k = 0; k < count(); ++k)
    if (state.responsibilities[k] > negligible) kept.push_back(k);
  const Index number = kept.size();
  MatrixXd means(dimension(), number);
  VectorXd weights(number), variances(number);
  std::vector<MatrixXd> covariances;
  const bool one_variance = data_.has_one_variance();
  for (Index i = 0; i < number; ++i) {
    const Index k = kept[i];
    means.col(i) = x + noise_ * component_score(k, x);
    weights[i] = state.responsibilities[k];
    const VectorXd spectrum = noise_ * data_.spectra().col(k).cwiseProduct(precisions_.col(k));
    variances[i] = spectrum[0];
    if (one_variance || dimension() == 1) continue;
    const MatrixXd& axes = data_.axes(k);
    if (axes.size() == 0)
      covariances.emplace_back(spectrum.asDiagonal());
    else
      covariances.emplace_back(axes * spectrum.asDiagonal() * axes.transpose());
  }
  if (covariances.empty())
    return DataMixture::of_gaussians(std::move(means), std::move(weights), variances);
  return DataMixture::of_gaussians(std::move(means), std::move(weights), covariances);
}

VectorXd NoisedMixture::draw_posterior(Index k, const VectorXd& x, const VectorXd& normals) const {
  const VectorXd spectrum = noise_ * data_.spectra().col(k).cwiseProduct(precisions_.col(k));
  const VectorXd within = spectrum.cwiseSqrt().cwiseProduct(normals);
  const MatrixXd& axes = data_.axes(k);
  return x + noise_ * component_score(k, x) + (axes.size() == 0 ? within : VectorXd(axes * within));
}

MatrixXd NoisedMixture::mean_precision(const PosteriorState& state) const {
  MatrixXd sum = MatrixXd::Zero(dimension(), dimension());
  for (Index k = 0; k < count(); ++k) {
    const double p = state.responsibilities[k];
    if (p == 0.0) continue;
    const MatrixXd& axes = data_.axes(k);
    if (axes.size() == 0)
      sum.diagonal() += p * precisions_.col(k);
    else
      sum += p * axes * precisions_.col(k).asDiagonal() * axes.transpose();
  }
  return sum;
}

MatrixXd NoisedMixture::jacobian(const VectorXd& x, const PosteriorState& state) const {
  MatrixXd sum = -mean_precision(state);
  for (Index k = 0; k < count(); ++k) {
    const double p = state.responsibilities[k];
    if (p == 0.0) continue;
    const VectorXd excess = component_score(k, x) - state.score;
    sum.noalias() += p * excess * excess.transpose();
  }
  return sum;
}

double NoisedMixture::divergence(const VectorXd& x, const PosteriorState& state) const {
  double sum = 0.0;
  for (Index k = 0; k < count(); ++k) {
    const double p = state.responsibilities[k];
    if (p == 0.0) continue;
    sum += p * ((component_score(k, x) - state.score).squaredNorm() - precisions_.col(k).sum());
  }
  return sum;
}

}  // namespace syncgap::theory
