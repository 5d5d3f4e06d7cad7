#include "experiments/layer_energies/group_energies.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/check.h"
#include "core/numbers.h"
#include "networks/token_energies.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;

std::int64_t grid_of(std::int64_t tokens) {
  const auto grid = static_cast<std::int64_t>(std::lround(std::sqrt(to_real(tokens))));
  SYNCGAP_EXPECTS(grid * grid == tokens, tokens);
  return grid;
}

bool in_kernels(const Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == torch::kFloat32;
}

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

/// Sums of squares over replicas and tokens, by channel. (B, P, N, D) or (B, N, D) -> (B, D)
Tensor channel_energies(const Tensor& tokens) {
  return tokens.to(torch::kFloat32).square().flatten(1, -2).sum(1).to(torch::kFloat64);
}

/// Coordinates of a piece: few enough that single precision sums them well, and enough that a
/// piece is worth its call.
constexpr std::int64_t kPiece = 1024;

}  // namespace

GroupEnergies group_energies_by_operations(const Tensor& tokens) {
  const auto difference =
      (tokens.select(1, 0).to(torch::kFloat32) - tokens.select(1, 1).to(torch::kFloat32)) *
      (std::numbers::sqrt2 / 2);
  const auto grid = grid_of(tokens.size(2));
  const auto power = token_frequencies(difference).square().sum(2).to(torch::kFloat64);  // (B, N)
  const auto bands = torch::zeros({tokens.size(0), grid}, power.options())
                         .index_add_(1, frequency_bands(grid).to(power.device()), power)
                         .t();
  return {channel_energies(tokens), channel_energies(difference), bands, difference};
}

GroupEnergies group_energies(const Tensor& tokens) {
  if (!in_kernels(tokens)) return group_energies_by_operations(tokens);
  const auto given = tokens.contiguous();
  const auto rows = given.size(0), size = given.size(2) * given.size(3), channels = given.size(3);
  const auto grid = grid_of(given.size(2));
  networks::TokenEnergies kernel(grid, channels);
  const auto real = torch::dtype(torch::kFloat64);
  GroupEnergies out{torch::empty({rows, channels}, real), torch::empty({rows, channels}, real),
                    torch::empty({grid, rows}, real),
                    torch::empty({rows, given.size(2), channels})};
  for (std::int64_t row = 0; row < rows; ++row) {
    const float* a = given.data_ptr<float>() + row * 2 * size;
    kernel.take(a, a + size, out.difference.data_ptr<float>() + row * size);
    std::ranges::copy(kernel.of_states(), out.states.data_ptr<double>() + row * channels);
    std::ranges::copy(kernel.of_difference(), out.differences.data_ptr<double>() + row * channels);
    for (std::int64_t band = 0; band < grid; ++band)
      out.bands.data_ptr<double>()[band * rows + row] = kernel.of_bands()[unsigned_size(band)];
  }
  return out;
}

Tensor token_frequencies(const Tensor& tokens) {
  const auto grid = grid_of(tokens.size(1));
  const auto matrix = cosine_matrix(grid, tokens.options());
  const auto rows = matrix.matmul(tokens.view({-1, grid, grid * tokens.size(2)}));  // (B, u, x D)
  const auto both = matrix.matmul(rows.view({-1, grid, tokens.size(2)}));           // (B u, v, D)
  return both.view(tokens.sizes());
}

Tensor frequency_bands(std::int64_t grid) {
  const auto index = torch::arange(grid, torch::kInt64);
  return torch::maximum(index.view({-1, 1}), index.view({1, -1})).flatten();
}

StartDifferences::StartDifferences(Tensor start) : pairs_(start.size(0)) {
  if (!in_kernels(start)) {
    start_ = std::move(start);
    return;
  }
  const auto flat = start.flatten(1);
  const std::vector<float> none(unsigned_size(pairs_), 0.0F);
  for (std::int64_t at = 0; at < flat.size(1); at += kPiece) {
    const auto piece = flat.slice(1, at, at + kPiece).contiguous();
    pieces_.emplace_back(
        std::span<const float>(piece.data_ptr<float>(), unsigned_size(piece.numel())), none);
  }
}

Tensor StartDifferences::products(const Tensor& differences) const {
  const auto flat = differences.flatten(1).contiguous();
  if (start_.defined())
    return flat.matmul(start_.to(torch::kFloat32).flatten(1).t()).to(torch::kFloat64);
  SYNCGAP_EXPECTS(in_kernels(flat));
  const auto rows = flat.size(0), size = flat.size(1);
  auto out = torch::zeros({rows, pairs_}, torch::kFloat64);
  const auto part = torch::empty({rows, pairs_});
  std::int64_t at = 0;
  for (const networks::PackedLinear& piece : pieces_) {
    piece.apply({flat.data_ptr<float>() + at, size}, rows, part.data_ptr<float>(), pairs_);
    out += part;
    at += piece.in();
  }
  return out;
}

}  // namespace syncgap::experiments
