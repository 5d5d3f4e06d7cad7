#include "theory/information.h"

#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include "core/check.h"
#include "core/numbers.h"
#include "theory/line_quadrature.h"

namespace syncgap::theory {
namespace {

using Eigen::Index;

/// Entropy of a Gaussian of this variance in one dimension, nats.
double gaussian_entropy(double variance) {
  return 0.5 * std::log(2.0 * std::numbers::pi * std::numbers::e * variance);
}

/// Mean and variance of values under weights that sum to one; the variance without cancellation.
struct Spread {
  double mean = 0.0, variance = 0.0;
};
Spread spread(const std::vector<double>& values, std::span<const double> weights) {
  Spread found;
  for (std::size_t i = 0; i < values.size(); ++i) found.mean += weights[i] * values[i];
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double apart = values[i] - found.mean;
    found.variance += weights[i] * apart * apart;
  }
  return found;
}

}  // namespace

double pathwise_entropy(const NoisedMixture& noised, const Eigen::VectorXd& x,
                        const PosteriorState& state) {
  if (noised.data().are_points()) return state.label_entropy();
  SYNCGAP_EXPECTS(noised.dimension() == 1);
  // p(y|x): a component this unlikely adds less than 1e-17 to the entropy.
  constexpr double kNegligible = 1e-19;
  std::vector<LineComponent> posterior;
  const double s = noised.noise();
  for (Index k = 0; k < noised.count(); ++k) {
    const double weight = state.responsibilities[k];
    if (weight < kNegligible) continue;
    const double mean = noised.data().means()(0, k), variance = noised.data().spectra()(0, k);
    posterior.push_back(
        {weight, (variance * x[0] + s * mean) / (variance + s), variance * s / (variance + s)});
  }
  return differential_entropy(posterior);
}

Information line_information(const DataMixture& line, double s, EntropyParts parts) {
  const NoisedMixture noised(line, s);
  const LineQuadrature nodes(noised);
  const std::size_t count = nodes.positions().size();
  const bool points = line.are_points();
  Information found;
  std::vector<double> label(count), own(count);
  Eigen::VectorXd x(1);
  for (std::size_t i = 0; i < count; ++i) {
    x[0] = nodes.positions()[i];
    const double weight = nodes.weights()[i];
    const PosteriorState state = noised.at(x);
    label[i] = state.label_entropy();
    if (!points && parts == EntropyParts::all) own[i] = pathwise_entropy(noised, x, state);
    found.marginal_entropy -= weight * state.log_density;
    found.score_norm += weight * state.score.squaredNorm();
    found.posterior_variance += weight * noised.posterior_variance(x, state);
    found.divergence += weight * noised.divergence(x, state);
    found.concentration += weight * state.concentration();
  }
  const Spread of_label = spread(label, nodes.weights());
  found.label_entropy = of_label.mean;
  found.label_entropy_variance = of_label.variance;
  const Spread of_own = points ? of_label : spread(own, nodes.weights());
  const bool known = points || parts == EntropyParts::all;
  found.entropy = known ? of_own.mean : std::nan("");
  found.entropy_variance = known ? of_own.variance : std::nan("");
  return found;
}

Information left_out_information(const SpanReduction& reduction, double s) {
  const auto others = to_real(reduction.left_out);
  const double variance = reduction.variance, hidden = variance * s / (variance + s);
  Information found;
  if (hidden > 0.0) found.entropy = others * gaussian_entropy(hidden);
  found.marginal_entropy = others * gaussian_entropy(variance + s);
  found.score_norm = others / (variance + s);
  found.posterior_variance = others * hidden;
  found.divergence = -others / (variance + s);
  return found;
}

Information reduced_information(const SpanReduction& reduction, double s, EntropyParts parts) {
  SYNCGAP_EXPECTS(reduction.reduced.dimension() == 1);
  Information found = line_information(reduction.reduced, s, parts);
  const Information others = left_out_information(reduction, s);
  found.entropy += others.entropy;
  found.marginal_entropy += others.marginal_entropy;
  found.score_norm += others.score_norm;
  found.posterior_variance += others.posterior_variance;
  found.divergence += others.divergence;
  return found;
}

Information gaussian_information(const Eigen::VectorXd& spectrum, double s) {
  Information found;
  found.concentration = 1.0;
  for (const double variance : spectrum) {
    const double hidden = variance * s / (variance + s);
    if (hidden > 0.0) found.entropy += gaussian_entropy(hidden);
    found.marginal_entropy += gaussian_entropy(variance + s);
    found.score_norm += 1.0 / (variance + s);
    found.posterior_variance += hidden;
  }
  found.divergence = -found.score_norm;
  return found;
}

std::optional<Information> exact_information(const DataMixture& data, double s,
                                             EntropyParts parts) {
  if (data.count() == 1) return gaussian_information(data.spectra().col(0), s);
  const SpanReduction reduction = reduce_to_span(data);
  if (reduction.reduced.dimension() > 1) return std::nullopt;
  return reduced_information(reduction, s, parts);
}

InformationRates information_rates(const Information& found, Index dimension,
                                   const DiffusionProcess& process, double t) {
  const double s = process.reduced_noise(t);
  const double clock = 0.5 * process.reduced_noise_rate(t);
  const double baseline = to_real(dimension) / s;
  return {clock * (baseline - found.score_norm), clock * found.posterior_variance / (s * s),
          clock * (baseline + found.divergence)};
}

double marginal_entropy_rate(const Information& found, Index dimension,
                             const DiffusionProcess& process, double t) {
  // x_t = alpha (y + sqrt(s) z): H[x_t] = H[reduced] + D log alpha.
  return 0.5 * process.reduced_noise_rate(t) * found.score_norm -
         process.relaxation_rate(t) * to_real(dimension);
}

double bandwidth(Index dimension, const DiffusionProcess& process, double t) {
  return 0.5 * to_real(dimension) * process.noise_rate(t) / process.noise_variance(t);
}

double orthogonal_score_norm(double concentration, double radius2, Index dimension, double s) {
  return radius2 * (concentration - 1.0) / (s * s) + to_real(dimension) / s;
}

}  // namespace syncgap::theory
