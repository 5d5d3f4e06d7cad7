#pragma once

#include <cmath>
#include <numbers>
#include <vector>

#include <Eigen/Core>

#include "theory/data_mixture.h"

// Small mixtures the tests of theory and sampling share.
namespace syncgap::theory {

/// Components on a line, equal weights unless given.
inline DataMixture on_line(const std::vector<double>& means, double variance = 0.0,
                           const std::vector<double>& weights = {}) {
  const auto count = static_cast<Eigen::Index>(means.size());
  Eigen::VectorXd shares = DataMixture::equal_weights(count);
  if (!weights.empty()) shares = Eigen::Map<const Eigen::VectorXd>(weights.data(), count);
  return DataMixture::of_gaussians(Eigen::Map<const Eigen::RowVectorXd>(means.data(), count),
                                   shares, Eigen::VectorXd::Constant(count, variance));
}

/// The two data sets of information figures 1 and 3.
inline DataMixture two_points() { return on_line({1.0, -1.0}); }
inline DataMixture four_points() { return on_line({2.3, 1.7, -1.7, -2.3}); }

/// `count` points evenly on the unit circle.
inline DataMixture on_circle(int count) {
  Eigen::MatrixXd points(2, count);
  for (int k = 0; k < count; ++k) {
    const double angle = 2.0 * std::numbers::pi * k / count;
    points.col(k) << std::cos(angle), std::sin(angle);
  }
  return DataMixture::of_points(points, DataMixture::equal_weights(count));
}

/// Corners of a box with half sides 2, 1 and 1/2: three independent decisions.
inline DataMixture box_corners() {
  Eigen::MatrixXd points(3, 8);
  for (int k = 0; k < 8; ++k)
    points.col(k) << (k & 1 ? 2.0 : -2.0), (k & 2 ? 1.0 : -1.0), (k & 4 ? 0.5 : -0.5);
  return DataMixture::of_points(points, DataMixture::equal_weights(8));
}

/// A rotation (or reflection) of `dimension` axes without any zero entries.
inline Eigen::MatrixXd some_rotation(Eigen::Index dimension) {
  Eigen::VectorXd normal(dimension);
  for (Eigen::Index d = 0; d < dimension; ++d)
    normal[d] = std::sin(1.0 + 2.3 * static_cast<double>(d));
  normal.normalize();
  return Eigen::MatrixXd::Identity(dimension, dimension) - 2.0 * normal * normal.transpose();
}

}  // namespace syncgap::theory
