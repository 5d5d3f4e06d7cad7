#include "experiments/layer_energies/group_energies.h"

#include <cmath>

#include <gtest/gtest.h>

#include "experiments/shared/token_frequencies.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;

struct Sizes {
  std::int64_t rows, grid, channels;
};
constexpr Sizes kSizes[] = {{1, 1, 1}, {3, 4, 5}, {2, 7, 96}, {5, 3, 33}};

Tensor made_up_tokens(const Sizes& sizes) {
  torch::manual_seed(3);
  return torch::randn({sizes.rows, 2, sizes.grid * sizes.grid, sizes.channels}) * 2 + 0.5;
}

void expect_near(const Tensor& a, const Tensor& b) {
  ASSERT_EQ(a.sizes(), b.sizes());
  ASSERT_EQ(a.scalar_type(), b.scalar_type());
  EXPECT_LT((a - b).abs().max().item<double>(), 2e-6 * b.abs().max().item<double>());
}

TEST(GroupEnergies, OfTheKernelAreThoseOfOperationsInDoublePrecision) {
  for (const Sizes& sizes : kSizes) {
    const auto tokens = made_up_tokens(sizes);
    const auto fast = group_energies(tokens);
    const auto exact = group_energies_by_operations(tokens.to(torch::kFloat64));
    expect_near(fast.states, exact.states);
    expect_near(fast.differences, exact.differences);
    expect_near(fast.bands, exact.bands);
    expect_near(fast.difference, exact.difference);
    expect_near(fast.bands.sum(0), fast.differences.sum(1));
  }
}

TEST(GroupEnergies, OfEqualReplicasAreNothing) {
  const auto one = made_up_tokens({3, 4, 20}).narrow(1, 0, 1);
  const auto seen = group_energies(torch::cat({one, one}, 1));
  EXPECT_EQ(seen.differences.abs().max().item<double>(), 0);
  EXPECT_EQ(seen.bands.abs().max().item<double>(), 0);
  EXPECT_GT(seen.states.min().item<double>(), 0);
}

TEST(StartDifferences, ProductsAreThoseOfMatricesInDoublePrecision) {
  for (const Sizes& sizes : {Sizes{4, 3, 5}, Sizes{6, 7, 96}}) {
    const auto tokens = made_up_tokens(sizes);
    const auto start = tokens.select(1, 0), later = tokens.select(1, 1).narrow(0, 0, 3);
    const auto exact =
        later.to(torch::kFloat64).flatten(1).matmul(start.to(torch::kFloat64).flatten(1).t());
    const auto products = StartDifferences(start).products(later);
    ASSERT_EQ(products.scalar_type(), torch::kFloat64);
    EXPECT_LT((products - exact).abs().max().item<double>(),
              1e-6 * exact.abs().max().item<double>());
    const auto half = StartDifferences(start.to(torch::kBFloat16)).products(later);
    EXPECT_LT((half - exact).abs().max().item<double>(), 1e-2 * exact.abs().max().item<double>());
    EXPECT_FALSE(torch::equal(half, products));
  }
}

TEST(TokenFrequencies, OfACosineIsOnePlaceAndEnergyStays) {
  const std::int64_t g = 4;
  auto tokens = torch::zeros({1, g * g, 1});
  for (std::int64_t y = 0; y < g; ++y)
    for (std::int64_t x = 0; x < g; ++x)
      tokens[0][y * g + x][0] = std::cos(M_PI * 2 * (static_cast<double>(x) + 0.5) / 4.0);
  const auto waves = token_frequencies(tokens)[0];  // vertical 0, horizontal 2
  EXPECT_NEAR(waves[2][0].item<double>(), tokens.norm().item<double>(), 1e-5);
  EXPECT_NEAR(waves.norm().item<double>(), tokens.norm().item<double>(), 1e-5);
  EXPECT_LT((tokens_of_frequencies(token_frequencies(tokens)) - tokens).abs().max().item<float>(),
            1e-5F);
  EXPECT_EQ(frequency_bands(g)[2].item<std::int64_t>(), 2);
  EXPECT_EQ(frequency_bands(g)[1 * g + 3].item<std::int64_t>(), 3);
}

}  // namespace
}  // namespace syncgap::experiments
