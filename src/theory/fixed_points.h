#pragma once

#include <optional>
#include <vector>

#include <Eigen/Core>

#include "theory/noised_mixture.h"

namespace syncgap::theory {

/// Fixed points of the score, grad log p_s(x) = 0, information (39), in reduced coordinates x /
/// alpha.
struct FixedPoint {
  Eigen::VectorXd position;
  /// Largest eigenvalue of s J: negative for a mode, positive for a saddle, -1 at a lone point.
  double stability = 0.0;
  bool is_stable() const { return stability < 0.0; }
};

/// Eigenvalues of the score's Jacobian at x, ascending (D), information (40).
Eigen::VectorXd jacobian_spectrum(const NoisedMixture& noised, const Eigen::VectorXd& x);

/// The mode uphill of `start`: mean shift, which never leaves its basin, ended by Newton steps.
FixedPoint climb(const NoisedMixture& noised, const Eigen::VectorXd& start);

/// The fixed point near `start`, of any stability, by Newton steps no longer than `reach`; none
/// when they do not settle.
std::optional<FixedPoint> nearby_fixed_point(const NoisedMixture& noised,
                                             const Eigen::VectorXd& start, double reach);

/// Every fixed point of a mixture on the line, ascending.
std::vector<FixedPoint> line_fixed_points(const NoisedMixture& noised);

/// A fold: the noise at which a mode meets a saddle and both vanish, with the place.
struct Fold {
  double noise = 0.0;
  Eigen::VectorXd position;
};

/// The fold that ends the mode at `position` under noise just above `noise`: Newton steps on
/// {grad log p = 0, J v = 0, |v| = 1}; none when they do not settle.
std::optional<Fold> find_fold(const DataMixture& data, double noise,
                              const Eigen::VectorXd& position);

/// The noise near `noise` at which a fixed point that is a mode above it loses its stability,
/// followed smoothly from `at_above` under noise `above`: information (45) on a branch, which is
/// where a pitchfork leaves it. None when the branch cannot be followed past that noise.
std::optional<Fold> find_stability_change(const DataMixture& data, double noise, double above,
                                          const Eigen::VectorXd& at_above);

/// Where the central fixed point, the only one of strong noise, loses its stability as the noise
/// falls below it; none when it never does (down to `least`).
std::optional<Fold> find_central_bifurcation(const DataMixture& data, double least);

/// A noise above which p_s is log-concave, so that it has one mode: the squared radius of a ball
/// around the mean that holds all means, plus the largest variance.
double single_mode_noise(const DataMixture& data);

}  // namespace syncgap::theory
