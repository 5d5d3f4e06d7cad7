#include "theory/data_mixture.h"

#include <algorithm>
#include <utility>

#include <Eigen/Eigenvalues>
#include <Eigen/SVD>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::theory {

DataMixture::DataMixture(Eigen::MatrixXd means, Eigen::VectorXd weights)
    : means_(std::move(means)),
      weights_(std::move(weights)),
      spectra_(Eigen::MatrixXd::Zero(means_.rows(), means_.cols())),
      axes_(means_.cols()) {
  SYNCGAP_EXPECTS(means_.rows() > 0 && means_.cols() > 0);
  SYNCGAP_EXPECTS(weights_.size() == means_.cols() && weights_.minCoeff() > 0.0);
  weights_ /= weights_.sum();
}

DataMixture DataMixture::of_points(Eigen::MatrixXd points, Eigen::VectorXd weights) {
  return DataMixture(std::move(points), std::move(weights));
}

DataMixture DataMixture::of_gaussians(Eigen::MatrixXd means, Eigen::VectorXd weights,
                                      const Eigen::VectorXd& variances) {
  DataMixture data(std::move(means), std::move(weights));
  SYNCGAP_EXPECTS(variances.size() == data.count() && variances.minCoeff() >= 0.0);
  data.spectra_.rowwise() = variances.transpose();
  return data;
}

DataMixture DataMixture::of_gaussians(Eigen::MatrixXd means, Eigen::VectorXd weights,
                                      const std::vector<Eigen::MatrixXd>& covariances) {
  DataMixture data(std::move(means), std::move(weights));
  SYNCGAP_EXPECTS(covariances.size() == data.axes_.size());
  for (Eigen::Index k = 0; k < data.count(); ++k) {
    const Eigen::MatrixXd& covariance = covariances[k];
    SYNCGAP_EXPECTS(covariance.rows() == data.dimension() && covariance.cols() == data.dimension());
    if (covariance.isDiagonal(0.0)) {
      data.spectra_.col(k) = covariance.diagonal();
      continue;
    }
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
    // Rounding may leave a zero eigenvalue slightly negative.
    data.spectra_.col(k) = solver.eigenvalues().cwiseMax(0.0);
    data.axes_[k] = solver.eigenvectors();
  }
  return data;
}

Eigen::VectorXd DataMixture::equal_weights(Eigen::Index count) {
  return Eigen::VectorXd::Constant(count, 1.0 / to_real(count));
}

bool DataMixture::has_one_variance() const { return (spectra_.array() == spectra_(0, 0)).all(); }

Eigen::VectorXd DataMixture::draw(Eigen::Index k, const Eigen::VectorXd& normals) const {
  const Eigen::VectorXd within = spectra_.col(k).cwiseSqrt().cwiseProduct(normals);
  if (axes(k).size() == 0) return means_.col(k) + within;
  return means_.col(k) + axes(k) * within;
}

Eigen::VectorXd DataMixture::mean() const { return means_ * weights_; }

Eigen::MatrixXd DataMixture::covariance() const {
  const Eigen::MatrixXd centred = means_.colwise() - mean();
  Eigen::MatrixXd sum = centred * weights_.asDiagonal() * centred.transpose();
  for (Eigen::Index k = 0; k < count(); ++k) {
    if (axes(k).size() == 0)
      sum.diagonal() += weights_[k] * spectra_.col(k);
    else
      sum += weights_[k] * axes(k) * spectra_.col(k).asDiagonal() * axes(k).transpose();
  }
  return sum;
}

double DataMixture::total_variance() const {
  const Eigen::MatrixXd centred = means_.colwise() - mean();
  return (centred.colwise().squaredNorm() + spectra_.colwise().sum()).dot(weights_);
}

DataMixture DataMixture::with_means_scaled(double scale) const {
  DataMixture scaled = *this;
  scaled.means_ *= scale;
  return scaled;
}

SpanReduction reduce_to_span(const DataMixture& data) {
  if (!data.has_one_variance() || data.dimension() == 1) return {data, 0, 0.0};
  const Eigen::VectorXd origin = data.mean();
  const Eigen::MatrixXd centred = data.means().colwise() - origin;
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(centred, Eigen::ComputeThinU);
  const Eigen::VectorXd& sizes = svd.singularValues();
  // Directions a rounding error wide are none.
  const double floor = 1e-13 * std::max(sizes[0], origin.norm());
  const Eigen::Index rank = std::max<Eigen::Index>(1, (sizes.array() > floor).count());
  if (rank == data.dimension()) return {data, 0, 0.0};
  const double variance = data.spectra()(0, 0);
  return {
      DataMixture::of_gaussians(svd.matrixU().leftCols(rank).transpose() * centred, data.weights(),
                                Eigen::VectorXd::Constant(data.count(), variance)),
      data.dimension() - rank, variance};
}

}  // namespace syncgap::theory
