#pragma once

#include <Eigen/Core>

#include "theory/data_mixture.h"

namespace syncgap::theory {

/// Shape letters: D dimensions, K components.
/// What is known at one x: the density, the score and who may have made it.
struct PosteriorState {
  double log_density = 0.0;          ///< log p_s(x)
  Eigen::VectorXd responsibilities;  ///< (K) p(k | x), information (21)
  Eigen::VectorXd score;             ///< (D) grad log p_s(x), information (22)

  /// -sum_k p log p, nats: h(x) of points, H(z | x) of classes, information (65), (78).
  double label_entropy() const;
  /// sum_k p(k | x)^2, information (26).
  double concentration() const { return responsibilities.squaredNorm(); }
};

/// The mixture under reduced noise s = sigma^2 / alpha^2: x = y + sqrt(s) z, z ~ N(0, I). For a
/// process with signal alpha this is x_t / alpha; scores and Jacobians of x_t carry 1/alpha and
/// 1/alpha^2. Needs s > 0, or s >= 0 where no covariance is singular.
class NoisedMixture {
 public:
  NoisedMixture(DataMixture data, double noise);

  const DataMixture& data() const { return data_; }
  double noise() const { return noise_; }
  Eigen::Index dimension() const { return data_.dimension(); }
  Eigen::Index count() const { return data_.count(); }

  double log_density(const Eigen::VectorXd& x) const;
  /// log of w_k N(x; m_k, Sigma_k + s I).
  double log_component(Eigen::Index k, const Eigen::VectorXd& x) const;
  PosteriorState at(const Eigen::VectorXd& x) const;

  /// E[y | x] = x + s grad log p (D), information (22).
  Eigen::VectorXd posterior_mean(const Eigen::VectorXd& x, const PosteriorState& state) const;
  /// tr var(y | x), information (33); summed from the components, without cancellation.
  double posterior_variance(const Eigen::VectorXd& x, const PosteriorState& state) const;
  /// p(y | x) itself, a mixture with weights p(k | x). Components below `negligible` are left out.
  DataMixture posterior(const Eigen::VectorXd& x, const PosteriorState& state,
                        double negligible = 0.0) const;
  /// y drawn from component k of p(y | x), given D standard normals.
  Eigen::VectorXd draw_posterior(Eigen::Index k, const Eigen::VectorXd& x,
                                 const Eigen::VectorXd& normals) const;
  /// J = grad grad^T log p_s (D, D), information (40).
  Eigen::MatrixXd jacobian(const Eigen::VectorXd& x, const PosteriorState& state) const;
  /// tr J(x), information (52).
  double divergence(const Eigen::VectorXd& x, const PosteriorState& state) const;
  /// E over components of their precision matrices, sum_k p(k | x) (Sigma_k + s I)^{-1} (D, D).
  Eigen::MatrixXd mean_precision(const PosteriorState& state) const;

 private:
  /// (Sigma_k + s I)^{-1} v.
  Eigen::VectorXd precision_times(Eigen::Index k, const Eigen::VectorXd& v) const;
  /// grad log N(x; m_k, Sigma_k + s I).
  Eigen::VectorXd component_score(Eigen::Index k, const Eigen::VectorXd& x) const;

  DataMixture data_;
  double noise_;
  Eigen::MatrixXd precisions_;  ///< 1 / (spectrum + s) (D, K)
  Eigen::VectorXd log_norms_;   ///< log w_k - log det(2 pi (Sigma_k + s)) / 2 (K)
};

}  // namespace syncgap::theory
