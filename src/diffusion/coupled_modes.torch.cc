#include "diffusion/coupled_modes.h"

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "core/expect_shape.h"
#include "core/numbers.h"

namespace syncgap::diffusion {
namespace {

constexpr double kRootHalf = std::numbers::sqrt2 / 2;

Modes halves(const torch::Tensor& x) {
  SYNCGAP_EXPECTS_SHAPE(x, -1, 2, -1, -1, -1);
  return {x.select(1, 0), x.select(1, 1)};
}

}  // namespace

// The rotation is its own inverse.
Modes split_modes(const torch::Tensor& state) {
  const auto [a, b] = halves(state);
  return {(a + b) * kRootHalf, (a - b) * kRootHalf};
}

torch::Tensor join_modes(const Modes& modes) {
  return torch::stack({(modes.common + modes.difference) * kRootHalf,
                       (modes.common - modes.difference) * kRootHalf},
                      1);
}

torch::Tensor about_common(const torch::Tensor& modes) {
  const std::int64_t count = modes.size(1);
  std::vector<torch::Tensor> states(unsigned_size(count), modes.select(1, 0));
  for (std::int64_t k = 1; k < count; ++k) {
    // Contrast k sets state k against the mean of those before it.
    const double before = std::sqrt(to_real(count) / to_real(k * (k + 1)));
    const auto difference = modes.select(1, k);
    for (std::int64_t i = 0; i <= k; ++i)
      states[unsigned_size(i)] =
          states[unsigned_size(i)] + difference * (i < k ? before : -to_real(k) * before);
  }
  return torch::stack(states, 1);
}

torch::Tensor correlate_noise(const torch::Tensor& normals, double correlation) {
  const double count = to_real(normals.size(1));
  auto modes = normals * std::sqrt(1 - correlation);
  modes.select(1, 0).copy_(normals.select(1, 0) * std::sqrt(1 + (count - 1) * correlation));
  return about_common(modes) * (std::sqrt(count) / count);
}

torch::Tensor couple_noise(const torch::Tensor& normals, double coupling_strength) {
  SYNCGAP_EXPECTS_SHAPE(normals, -1, 2, -1, -1, -1);
  return correlate_noise(normals, -coupling_strength);
}

}  // namespace syncgap::diffusion
