#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "cloud/cloud_view.h"
#include "cloud/posterior.h"
#include "cloud/posterior_sums.h"
#include "cloud/posterior_tile.h"

namespace syncgap::cloud {

/// One block of states against all points, tile by tile: internal to PointCloud. Holds the tile's
/// buffers, a few MiB plus four rows of d' numbers per state.
template <class Real>
class PosteriorBlock {
 public:
  static constexpr std::size_t kMostStates = 256;

  PosteriorBlock(const CloudView<Real>& cloud, NoiseLevel level, Wanted wanted,
                 std::size_t most_states);

  /// Runs over all points for `states` (b, d), b <= most_states; `sources` (b) or empty.
  void visit(std::span<const double> states, std::span<const std::uint32_t> sources);

  std::uint32_t nearest(std::size_t row) const { return running_[row].nearest; }
  /// Writes the block's results to rows first, first + 1, ... of `out`.
  void store(std::size_t first, Posterior& out) const;

 private:
  /// Sums over the points seen so far, for one state.
  struct Running : PosteriorSums {
    double second;  ///< lowest energy but one, float only
  };

  void load(std::span<const double> states);
  void visit_tile(std::size_t begin, std::size_t columns, std::span<const std::uint32_t> sources);
  double refine(std::size_t row, const TileEnergies& tile, std::span<const Real> points,
                double lowest);
  void lower(std::size_t row, double energy, std::uint32_t index);
  std::size_t add_row(std::size_t row, std::size_t begin, std::size_t columns, std::size_t own);
  void add_means(std::span<const Real> points, std::size_t columns, std::size_t nonzero);

  CloudView<Real> cloud_;
  NoiseLevel level_;
  Wanted wanted_;
  std::size_t rows_ = 0;          // b
  std::vector<Real> states_;      // (b, d') relative to signal * origin
  std::vector<double> exact_;     // (b, d') the same in double
  std::vector<double> norms_;     // (b) |x|^2 over all d coordinates
  std::vector<Real> dots_;        // (b, p) for the p points of a tile
  std::vector<Real> weights_;     // (b, p)
  std::vector<Real> mean_;        // (b, d') sum of weight * a
  std::vector<double> groups_;    // (b, G) sum of weights in each group
  std::vector<double> energies_;  // (padded p)
  std::vector<Running> running_;  // (b)
};

}  // namespace syncgap::cloud
