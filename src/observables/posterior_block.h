#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "observables/point_cloud.h"
#include "observables/posterior_sums.h"
#include "observables/posterior_tile.h"

namespace syncgap::observables {

/// The parts of a PointCloud its inner loops need. n points, d coordinates of which d' vary, G
/// groups.
template <class Real>
struct CloudView {
  std::size_t count, dimension;
  std::span<const double> origin;          // (d)
  std::span<const std::uint32_t> varying;  // (d')
  std::span<const Real> points;            // (n, d') from the origin
  std::span<const double> half_norms;      // (n)
  std::span<const double> log_weights;     // (n) or empty
  std::span<const double> membership;      // (G, n) or empty when G = 1
  std::size_t groups;
};

/// What is summed over the points; each entry includes the ones before it.
enum class Wanted { nearest, weights, mean };

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

}  // namespace syncgap::observables
