#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/aligned_array.h"

namespace syncgap::networks {

/// What the tokens of two replicas hold: energies of states and of their difference, by channel and
/// by spatial frequency, in one reading of the tokens. The N tokens lie on a grid of g x g, D
/// channels each; sums over tokens are single precision, the rest is double. One per thread.
class TokenEnergies {
 public:
  TokenEnergies(std::int64_t grid, std::int64_t channels);

  /// a, b (N, D) -> difference (a - b) / sqrt 2, (N, D), and the energies below.
  void take(const float* a, const float* b, float* difference);

  /// Sums over tokens of a^2 + b^2, (D).
  std::span<const float> of_states() const { return states_.span(); }
  /// Of the difference's squares, (D).
  std::span<const float> of_difference() const { return differences_.span(); }
  /// Energy of the difference in each band of its orthonormal cosine transform over the grid: band
  /// max(u, v) of the frequencies u and v. (g)
  std::span<const double> of_bands() const { return bands_; }

 private:
  std::int64_t grid_, channels_;
  AlignedArray cosines_, along_;       // (g, g); (g, g D): transformed along one side
  AlignedArray states_, differences_;  // (D)
  std::vector<double> bands_;          // (g)
};

}  // namespace syncgap::networks
