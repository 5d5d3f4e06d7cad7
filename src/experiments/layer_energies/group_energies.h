#pragma once

#include <cstdint>
#include <torch/types.h>
#include <vector>

#include "networks/linear_kernels.h"

// Shapes: B pairs of a group, N = g g tokens of D channels, M pairs in all, F = g bands.
namespace syncgap::experiments {

/// What the tokens of a group hold at one layer and step, on their device.
struct GroupEnergies {
  torch::Tensor states;       ///< sums over both replicas and all tokens of squares, (B, D) double
  torch::Tensor differences;  ///< of the difference's squares, (B, D) double
  torch::Tensor bands;        ///< of the difference's squares by band of frequency, (F, B) double
  torch::Tensor difference;   ///< (H_A - H_B) / sqrt 2, (B, N, D) float
};

/// tokens (B, 2, N, D), by the kernel where they are of single precision on the CPU.
GroupEnergies group_energies(const torch::Tensor& tokens);
/// The same operation by operation, on any device and of any type.
GroupEnergies group_energies_by_operations(const torch::Tensor& tokens);

/// Differences of the start, which later ones are multiplied with.
class StartDifferences {
 public:
  StartDifferences() = default;
  /// start (M, N, D), of single precision or, in half the memory, bfloat16.
  explicit StartDifferences(torch::Tensor start);

  /// Products of differences (B, N, D) with all of the start: (B, M) double
  torch::Tensor products(const torch::Tensor& differences) const;

 private:
  torch::Tensor start_;  // where the kernel does not take it
  /// Coordinates of the start in pieces, whose sums are short; (M, some of N D) each.
  std::vector<networks::PackedLinear> pieces_;
  std::int64_t pairs_ = 0;
};

}  // namespace syncgap::experiments
