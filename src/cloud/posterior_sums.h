#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cloud/posterior.h"
#include "cloud/posterior_tile.h"

namespace syncgap::cloud {

/// What the sums over all points have come to for one state; energies are relative to
/// |x|^2 / (2 variance). Internal to PointCloud.
struct PosteriorSums {
  double lowest;
  std::uint32_t nearest;
  TileSums others;   ///< of exp(lowest - energy), the nearest point left out, so that 1 - p keeps
                     ///< its digits when p -> 1
  double half_norm;  ///< sum of exp(lowest - energy) |a|^2 / 2
  double source_energy;

  double total() const { return 1 + others.weight; }
};

/// What turns energies into densities.
struct PosteriorScale {
  /// Weighted points carry their prior in their energies.
  PosteriorScale(NoiseLevel level, std::size_t points, std::size_t dimension, bool weighted);

  double log_normaliser, log_prior, variance;
};

/// Makes room for `states` results.
void resize(Posterior& out, std::size_t states, std::size_t groups, std::size_t dimension,
            bool with_sources, PosteriorMean mean);

/// Row `at` of everything but groups and mean; `norm` is |x|^2.
void store_scalars(const PosteriorSums& sums, double norm, const PosteriorScale& scale,
                   std::size_t at, Posterior& out);

/// Row `at` of the group weights from sums of exp(lowest - energy) over each group; none for one
/// group.
void store_groups(std::span<const double> weights, const PosteriorSums& sums, std::size_t at,
                  Posterior& out);

/// Row `at` of mean and trace variance from the sum of exp(lowest - energy) a over the varying
/// coordinates.
template <class Real>
void store_mean(std::span<const Real> weighted_sum, const PosteriorSums& sums,
                std::span<const double> origin, std::span<const std::uint32_t> varying,
                std::size_t at, Posterior& out);

}  // namespace syncgap::cloud
