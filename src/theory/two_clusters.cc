#include "theory/two_clusters.h"

#include <cmath>
#include <numbers>

#include "core/check.h"

namespace syncgap::theory {

double noise_variance(double t) { return -std::expm1(-2.0 * t); }

double TwoClusters::separation() const { return std::sqrt(dimension) * mean_amplitude; }

double TwoClusters::largest_eigenvalue() const {
  return dimension * mean_amplitude * mean_amplitude + data_variance();
}

double TwoClusters::variance(double t) const {
  return noise_variance(t) + data_variance() * std::exp(-2.0 * t);
}

double TwoClusters::projection_mean(double t) const { return separation() * std::exp(-t); }

double TwoClusters::signal(double t) const { return projection_mean(t) / std::sqrt(variance(t)); }

double TwoClusters::projection_density(double p, double t) const {
  const double width = std::sqrt(variance(t));
  auto normal = [](double z) { return std::exp(-0.5 * z * z); };
  const double mean = projection_mean(t);
  return 0.5 * (normal((p - mean) / width) + normal((p + mean) / width)) /
         (width * std::sqrt(2.0 * std::numbers::pi));
}

EulerStep euler_step(const TwoClusters& clusters, double t, double step_length) {
  const double variance = clusters.variance(t), mean = clusters.projection_mean(t);
  return {.decay = 1.0 + step_length * (1.0 - 2.0 / variance),
          .pull = 2.0 * step_length * mean / variance,
          .slope = mean / variance,
          .noise = std::sqrt(2.0 * step_length)};
}

int ReverseTimes::nearest_step(double t) const {
  SYNCGAP_EXPECTS(t >= 0.0 && t <= horizon);
  return static_cast<int>(std::lround((horizon - t) / horizon * steps));
}

}  // namespace syncgap::theory
