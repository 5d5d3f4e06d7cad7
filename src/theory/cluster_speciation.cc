#include "theory/cluster_speciation.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace syncgap::theory {
namespace {

/// 1/2 log1p(excess), NaN unless that is a time after 0.
double half_log1p(double excess) {
  return excess > 0.0 ? 0.5 * std::log1p(excess) : std::numeric_limits<double>::quiet_NaN();
}

double mean_square(const TwoClusters& clusters) {
  return clusters.dimension * clusters.mean_amplitude * clusters.mean_amplitude;
}

}  // namespace

double speciation_time(const TwoClusters& clusters) {
  return half_log1p(clusters.largest_eigenvalue() - 1.0);
}

double landau_time(const TwoClusters& clusters) {
  return half_log1p(clusters.largest_eigenvalue());
}

double potential_splitting_time(const TwoClusters& clusters) {
  return half_log1p(2.0 * mean_square(clusters) - 1.0);
}

double density_splitting_time(const TwoClusters& clusters) {
  return half_log1p(mean_square(clusters) - clusters.data_variance());
}

double drift_splitting_time(const TwoClusters& clusters) {
  // With E = e^{-2t}, (sigma^2 - 1)^2 E^2 + 2 d mu^2 E = 1.
  const double signal = mean_square(clusters);
  return half_log1p(signal + std::hypot(signal, clusters.data_variance() - 1.0) - 1.0);
}

double overlap_potential(const TwoClusters& clusters, double overlap, double t) {
  const double mu = clusters.mean_amplitude;
  const double x = std::abs(overlap) * std::exp(-t) * std::sqrt(clusters.dimension);
  const double log_cosh = x + std::log1p(std::exp(-2.0 * x)) - std::numbers::ln2;
  return 0.5 * overlap * overlap - 2.0 * mu * mu * log_cosh;
}

}  // namespace syncgap::theory
