#pragma once

#include <cstdint>
#include <torch/types.h>

#include "networks/dit_shape.h"

namespace syncgap::networks {

/// Where a token is in the image, row by row of the grid: the first half of the channels is its
/// column x, the second its row y, each as sines and then cosines of x 10^(-4 k / q), q = D / 4.
/// Computed in double precision, not rescaled with the size of the grid. (1, N, D) float
torch::Tensor position_embedding(const DiTShape& shape);

/// Cosines, then sines of step * 10^(-4 k / m) for k < 128, with m = 128 or, by the rules of
/// diffusers, 127. Single precision whatever else is computed in: bfloat16 knows no step 999.
/// (B) -> (B, 256) float
torch::Tensor step_frequencies(const torch::Tensor& steps, DiTRules rules);

/// The patches of images, (channel, row, column) of each: (B, C, H, W) -> (B, N, C p p)
torch::Tensor patches_of(const torch::Tensor& images, std::int64_t patch);

/// Images of patches whose order is another, as the published output has it: (row, column,
/// channel). (B, N, p p C) -> (B, C, S, S)
torch::Tensor images_of(const torch::Tensor& patches, std::int64_t patch, std::int64_t channels);

}  // namespace syncgap::networks
