#include "diffusion/coupled_modes.h"

#include <cmath>

#include <gtest/gtest.h>

namespace syncgap::diffusion {
namespace {

using torch::Tensor;

/// Modes of which each row has one that is 1: (P, P, 1, 1, 1)
Tensor unit_modes(std::int64_t replicas) {
  return torch::eye(replicas, torch::kFloat64).view({replicas, replicas, 1, 1, 1});
}

TEST(AboutCommon, IsAnOrthogonalMapOfEqualShares) {
  for (const std::int64_t replicas : {1, 2, 3, 4, 7}) {
    const auto map = about_common(unit_modes(replicas)).view({replicas, replicas});
    EXPECT_TRUE(torch::allclose(map.matmul(map.t()), static_cast<double>(replicas) *
                                                         torch::eye(replicas, torch::kFloat64)));
    EXPECT_TRUE(torch::equal(map[0], torch::ones({replicas}, torch::kFloat64)));  // in common
    EXPECT_TRUE(torch::allclose(
        map.slice(0, 1).square().sum(0),
        torch::full({replicas}, static_cast<double>(replicas - 1), torch::kFloat64)));
  }
}

TEST(CorrelateNoise, OfAPairIsItsModesBitForBit) {
  const auto normals = torch::sin(torch::arange(5 * 2 * 9.0F).view({5, 2, 1, 3, 3}) * 1.7);
  for (const double g : {-0.4, 0.0, 0.3, 0.9}) {
    const auto expected = join_modes(
        {normals.select(1, 0) * std::sqrt(1 - g), normals.select(1, 1) * std::sqrt(1 + g)});
    EXPECT_TRUE(torch::equal(couple_noise(normals, g), expected));
    EXPECT_TRUE(torch::equal(correlate_noise(normals, -g), expected));
  }
}

TEST(CorrelateNoise, HasTheCovarianceAsked) {
  for (const std::int64_t replicas : {3, 5})
    for (const double correlation : {-1.0 / static_cast<double>(replicas - 1), 0.0, 0.7, 1.0}) {
      const auto map = correlate_noise(unit_modes(replicas), correlation).view({replicas, -1});
      const auto expected = correlation * torch::ones({replicas, replicas}, torch::kFloat64) +
                            (1 - correlation) * torch::eye(replicas, torch::kFloat64);
      EXPECT_TRUE(torch::allclose(map.t().matmul(map), expected, 1e-12, 1e-12));
    }
}

}  // namespace
}  // namespace syncgap::diffusion
