#pragma once

#include <cstddef>
#include <span>

namespace syncgap::cloud {

// Sums over a stretch of points as seen from one state; the inner loops of PointCloud, vectorised
// and chosen at run time. The order of summation depends on the vector width.

/// Large enough for the matrix product to run at its rate, small enough for the tile of dots to
/// stay in the cache.
inline constexpr std::size_t kPointsPerTile = 1024;

/// Rows handed to these functions hold `padded(n)` numbers, the last ones scratch.
std::size_t padded(std::size_t n);

/// Parts of the energy that do not depend on the state, for the points of the stretch.
struct TileEnergies {
  std::span<const double> half_norms;   ///< |a_i|^2 / 2
  std::span<const double> log_weights;  ///< empty: equal weights
  double signal;
  double variance;
};

/// energies_i = (signal^2 |a_i|^2 / 2 - signal x.a_i) / variance - log w_i from dots_i = x.a_i, and
/// +infinity in the padding. Returns the lowest.
double fill_energies(std::span<const float> dots, const TileEnergies& tile,
                     std::span<double> energies);
double fill_energies(std::span<const double> dots, const TileEnergies& tile,
                     std::span<double> energies);

/// Position of the first entry equal to `value`; 0 when there is none.
std::size_t find_first(std::span<const double> row, double value);

/// The lowest entry; +infinity of nothing.
double find_lowest(std::span<const double> row);

/// Sums over the points of a stretch of w = exp(-(energy - lowest)).
struct TileSums {
  double weight = 0;           ///< sum w
  double weighted_energy = 0;  ///< sum w (energy - lowest)
  double square = 0;           ///< sum w^2
};

/// Turns energies into weights w in place and sums them. An energy of +infinity counts as no point.
TileSums fill_weights(std::span<double> energies, double lowest);

/// a.b in double.
double dot(std::span<const double> a, std::span<const double> b);
double dot(std::span<const double> a, std::span<const float> b);

}  // namespace syncgap::cloud
