#pragma once

#include <vector>

#include <Eigen/Core>

namespace syncgap::theory {

/// Shape letters: D dimensions, K components.
/// A data distribution p_0(y) = sum_k w_k N(y; m_k, Sigma_k) in D dimensions; a component without
/// covariance is a point. What the regimes and information papers call delta mixtures and Gaussian mixtures.
/// Covariances are kept as eigenvalues and axes, so that adding noise to them is exact.
class DataMixture {
 public:
  /// Points in the columns of `points` (D, K).
  static DataMixture of_points(Eigen::MatrixXd points, Eigen::VectorXd weights);
  /// Components with covariance variances[k] I; `means` is (D, K).
  static DataMixture of_gaussians(Eigen::MatrixXd means, Eigen::VectorXd weights,
                                  const Eigen::VectorXd& variances);
  /// Components with covariances of their own, symmetric and positive semidefinite, each (D, D).
  static DataMixture of_gaussians(Eigen::MatrixXd means, Eigen::VectorXd weights,
                                  const std::vector<Eigen::MatrixXd>& covariances);
  /// Equal weights for `count` components.
  static Eigen::VectorXd equal_weights(Eigen::Index count);

  Eigen::Index dimension() const { return means_.rows(); }
  Eigen::Index count() const { return means_.cols(); }
  const Eigen::VectorXd& weights() const { return weights_; }  ///< (K), sum 1
  const Eigen::MatrixXd& means() const { return means_; }      ///< (D, K)
  /// Eigenvalues of the covariances, one column per component (D, K).
  const Eigen::MatrixXd& spectra() const { return spectra_; }
  /// Eigenvectors (D, D) of component k in columns; empty when they are the coordinate axes.
  const Eigen::MatrixXd& axes(Eigen::Index k) const { return axes_[k]; }

  /// Every component is a point.
  bool are_points() const { return spectra_.isZero(0.0); }
  /// Every component has the same covariance tau^2 I (tau = 0: points).
  bool has_one_variance() const;

  /// y drawn from component k, given D standard normals.
  Eigen::VectorXd draw(Eigen::Index k, const Eigen::VectorXd& normals) const;

  Eigen::VectorXd mean() const;        ///< E[y] (D)
  Eigen::MatrixXd covariance() const;  ///< of y (D, D)
  /// E |y - E[y]|^2.
  double total_variance() const;

  /// The mixture seen as y -> scale y: means scaled, covariances kept, information (76), (89).
  DataMixture with_means_scaled(double scale) const;

 private:
  DataMixture(Eigen::MatrixXd means, Eigen::VectorXd weights);

  Eigen::MatrixXd means_;
  Eigen::VectorXd weights_;
  Eigen::MatrixXd spectra_;
  std::vector<Eigen::MatrixXd> axes_;
};

/// A mixture of one variance seen in the span of its means: everything its noisy versions hide
/// lives there, and each direction left out is a Gaussian of that variance.
struct SpanReduction {
  DataMixture reduced;
  Eigen::Index left_out = 0;  ///< directions orthogonal to the span
  double variance = 0.0;      ///< tau^2 along each of them
};

/// The smallest exact reduction: to the span of the means (at least one dimension) when all
/// components share one isotropic covariance, else the mixture itself.
SpanReduction reduce_to_span(const DataMixture& data);

}  // namespace syncgap::theory
