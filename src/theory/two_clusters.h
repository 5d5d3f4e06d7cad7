#pragma once

namespace syncgap::theory {

/// Data in two Gaussian clusters of equal weight, N(+-m, sigma^2 I) with |m|^2 = d mu^2, noised by
/// dx = -x dt + sqrt2 dW (regimes (1)). The covariances are isotropic, so everything that concerns
/// the classes happens along m: the projection p = m.x / |m| follows a closed equation.
struct TwoClusters {
  double dimension = 256.0;         ///< d
  double mean_amplitude = 1.0;      ///< mu, per coordinate
  double standard_deviation = 1.0;  ///< sigma, per coordinate

  double data_variance() const { return standard_deviation * standard_deviation; }
  /// M = |m| = sqrt(d) mu.
  double separation() const;
  /// Lambda = d mu^2 + sigma^2, the largest eigenvalue of the data's covariance. regimes B.1
  double largest_eigenvalue() const;

  /// Gamma_t = Delta_t + sigma^2 e^{-2t}, the variance of x(t) within a cluster. regimes (17)
  double variance(double t) const;
  /// M e^{-t}, the mean of the projection p(t) within the cluster at +m.
  double projection_mean(double t) const;
  /// a = M e^{-t} / sqrt(Gamma_t): distance of a cluster from the origin in its own widths.
  double signal(double t) const;
  /// Density of the projection p(t) at `p`.
  double projection_density(double p, double t) const;
};

/// Delta_t = 1 - e^{-2t}, the variance of the added noise. regimes (2)
double noise_variance(double t);

/// One Euler step of the reverse process along m, from t to t - h:
/// p <- decay p + pull tanh(slope p) + noise xi. regimes (54)-(55), corrections E3.3
struct EulerStep {
  double decay, pull, slope, noise;
};
EulerStep euler_step(const TwoClusters& clusters, double t, double step_length);

/// The times a reverse run visits: t_k = horizon - k h, k = 0 ... steps, ending at t = 0.
struct ReverseTimes {
  double horizon = 10.0;  ///< T
  int steps = 1000;       ///< L

  double step_length() const { return horizon / steps; }
  double time(int step) const { return horizon * (steps - step) / steps; }
  /// The step at which the run is nearest to time t; t within [0, horizon].
  int nearest_step(double t) const;
};

}  // namespace syncgap::theory
