#include "experiments/shared/token_frequencies.h"

#include <cmath>
#include <numbers>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::experiments {

using torch::Tensor;

std::int64_t token_grid(std::int64_t tokens) {
  const auto grid = static_cast<std::int64_t>(std::lround(std::sqrt(to_real(tokens))));
  SYNCGAP_EXPECTS(grid * grid == tokens, tokens);
  return grid;
}

namespace {

/// Orthonormal cosine transform of the second kind, (g, g): row u is the frequency.
Tensor cosine_matrix(std::int64_t g, const torch::TensorOptions& like) {
  auto matrix = torch::empty({g, g}, torch::kFloat64);
  auto at = matrix.accessor<double, 2>();
  for (std::int64_t u = 0; u < g; ++u)
    for (std::int64_t x = 0; x < g; ++x)
      at[u][x] = std::sqrt((u == 0 ? 1.0 : 2.0) / to_real(g)) *
                 std::cos(std::numbers::pi * to_real(u) * (to_real(x) + 0.5) / to_real(g));
  return matrix.to(like);
}

/// `matrix` (g, g) along both sides of the grid.
Tensor along_both(const Tensor& matrix, const Tensor& tokens) {
  const auto grid = matrix.size(0);
  const auto rows = matrix.matmul(tokens.view({-1, grid, grid * tokens.size(2)}));  // (B, u, x D)
  const auto both = matrix.matmul(rows.view({-1, grid, tokens.size(2)}));           // (B u, v, D)
  return both.view(tokens.sizes());
}

}  // namespace

Tensor token_frequencies(const Tensor& tokens) {
  return along_both(cosine_matrix(token_grid(tokens.size(1)), tokens.options()), tokens);
}

Tensor tokens_of_frequencies(const Tensor& waves) {
  const auto matrix = cosine_matrix(token_grid(waves.size(1)), waves.options());
  return along_both(matrix.t().contiguous(), waves);
}

Tensor frequency_bands(std::int64_t grid) {
  const auto index = torch::arange(grid, torch::kInt64);
  return torch::maximum(index.view({-1, 1}), index.view({1, -1})).flatten();
}

}  // namespace syncgap::experiments
