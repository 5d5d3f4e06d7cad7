#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/random.h"
#include "theory/two_clusters.h"

namespace syncgap::sde {

/// The other points of a data set as seen from a point noised from one of them: with r the memory
/// ratio at t, the energy of point j exceeds that of the true one by
///   |x - a_j e^{-t}|^2 / (2 Delta) - |z|^2 / 2 = r half_distance_j - sqrt(r) overlap_j
/// with half_distance_j = |a_i - a_j|^2 / (2 sigma^2) and overlap_j = (a_j - a_i).z / sigma, at
/// every t.
struct EnergySample {
  std::vector<double> half_distances, overlaps;  ///< (n - 1)
  double noise_square = 0.0;                     ///< |z|^2
};

/// Draws EnergySamples with a data set of its own for each, without a vector in sight: given a_i
/// and z, the other points enter through three normals, along m, a_i and z, and one chi-square
/// variable for the other d - 3 coordinates. Exact for isotropic clusters; cost independent of d.
class ClusterEnergies {
 public:
  /// Needs d >= 4 and n >= 1.
  ClusterEnergies(const theory::TwoClusters& clusters, std::size_t count,
                  const RandomStream& stream);

  /// Sample number `evaluation`.
  void draw(std::uint64_t evaluation, EnergySample& sample) const;

 private:
  theory::TwoClusters clusters_;
  std::size_t count_;
  RandomStream stream_;
};

/// Chi-square variables with `freedom` >= 1 degrees of freedom, out[j] for j = 0, 1, ...; exact, by
/// the rejection of Marsaglia and Tsang (2000). Uses steps `first_step` and up of (trial, step,
/// component j).
void fill_chi_squares(const RandomStream& stream, std::uint64_t trial, std::uint32_t first_step,
                      double freedom, std::vector<double>& out);

}  // namespace syncgap::sde
