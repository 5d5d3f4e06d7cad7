#pragma once

#include <span>
#include <vector>

namespace syncgap::cloud {

/// -log w of the point a state was noised from, w = 1 / (1 + sum_j e^{-e_j}) its posterior weight
/// among the others at energies e_j = r half_distance_j - sqrt(r) overlap_j above its own: one
/// value per memory ratio r = e^{-2t} sigma^2 / Delta_t. Streamed relative to the lowest energy:
/// neither overflows nor loses digits when w -> 1. half_distances and overlaps (n - 1), ratios
/// positive.
std::vector<double> surprises(std::span<const double> half_distances,
                              std::span<const double> overlaps, std::span<const double> ratios);

}  // namespace syncgap::cloud
