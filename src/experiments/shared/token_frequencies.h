#pragma once

#include <cstdint>
#include <torch/types.h>

// Shapes: B rows of N = g g tokens of D channels.
namespace syncgap::experiments {

/// g of so many tokens, which are a square.
std::int64_t token_grid(std::int64_t tokens);

/// Cosine transform of the second kind of tokens over their grid, orthonormal along both sides:
/// (B, N, D) -> (B, N, D), row u of the grid being the vertical frequency u, column v the other.
torch::Tensor token_frequencies(const torch::Tensor& tokens);
/// The transform's inverse.
torch::Tensor tokens_of_frequencies(const torch::Tensor& waves);
/// Band max(u, v) of each place of a grid: (N), int64.
torch::Tensor frequency_bands(std::int64_t grid);

}  // namespace syncgap::experiments
