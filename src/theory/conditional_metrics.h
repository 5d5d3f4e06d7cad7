#pragma once

#include <cstddef>

namespace syncgap::theory {

/// The metrics of multimodal appendix C for a perfect conditional generator, y ~ P_0(y | x_0).
struct ConditionalMetrics {
  double accuracy = 0;   ///< P(sign <x_0, mu_x> = sign <y_0, mu_y>)
  double plane_mse = 0;  ///< E |Pi y_0 - sign(<x_0, mu_x>) mu_y|^2 / 2, corrections E0.23
  double nll = 0;        ///< -E log P_0(y_0 | x_0), multimodal (146), nats
};

/// For two classes at +-mu_x, +-mu_y with |mu_x| = |mu_y| = mean_norm and isotropic variance in
/// `dimension` dimensions; independent of the angle between the means. By quadrature, 1e-12.
ConditionalMetrics perfect_conditional_metrics(std::size_t dimension, double mean_norm,
                                               double variance);

/// Differential entropy of (N(c, 1) + N(-c, 1)) / 2, nats.
double two_class_entropy(double c);

}  // namespace syncgap::theory
