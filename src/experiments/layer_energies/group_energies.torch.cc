#include "experiments/layer_energies/group_energies.h"

#include <algorithm>
#include <numbers>
#include <utility>

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/shared/token_frequencies.h"
#include "networks/token_energies.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;

bool in_kernels(const Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == torch::kFloat32;
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
  const auto grid = token_grid(tokens.size(2));
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
  const auto grid = token_grid(given.size(2));
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
