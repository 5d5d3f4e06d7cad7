#include "diffusion/coupled_modes.h"

#include <cmath>
#include <numbers>

#include "core/expect_shape.h"

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

torch::Tensor couple_noise(const torch::Tensor& normals, double coupling_strength) {
  const auto [first, second] = halves(normals);
  return join_modes(
      {first * std::sqrt(1 - coupling_strength), second * std::sqrt(1 + coupling_strength)});
}

}  // namespace syncgap::diffusion
