#include "networks/gelu.h"

#include <vector>

#include <gtest/gtest.h>

#include "simd_targets.h"

namespace syncgap::networks {
namespace {

using torch::Tensor;

/// Values and slopes, of a loss with given weights.
std::vector<Tensor> results(const Tensor& values, torch::ScalarType type) {
  const auto x = values.to(type, false, true).requires_grad_(true);
  const auto y = tanh_gelu(x);
  (y * torch::cos(values * 3).to(type)).sum().backward();
  return {y.detach().to(torch::kFloat64), x.grad().to(torch::kFloat64)};
}

TEST(Gelu, ValuesAndSlopesAreThoseOfDoublePrecisionOnEveryTarget) {
  for (const auto& target : runnable_simd_targets()) {
    const UseSimdTarget use(target.bit);
    for (const std::int64_t count : {1, 15, 16, 1003}) {
      const auto x = torch::linspace(-12, 12, count, torch::kFloat64).to(torch::kFloat32);
      const auto fast = results(x, torch::kFloat32), exact = results(x, torch::kFloat64);
      for (std::size_t k = 0; k < exact.size(); ++k)
        EXPECT_LT((fast[k] - exact[k]).abs().max().item<double>(), 3e-6) << target.name;
    }
  }
}

TEST(Gelu, OfColumnsIsThatOfTheirCopy) {
  torch::manual_seed(1);
  const auto x = torch::randn({40, 30}).t().slice(0, 3, 20);
  ASSERT_FALSE(x.is_contiguous());
  EXPECT_TRUE(torch::equal(tanh_gelu(x), tanh_gelu(x.contiguous())));
}

TEST(Gelu, FarOutIsNothingOrTheNumberItself) {
  const auto y = tanh_gelu(torch::tensor({-1e4F, -30.0F, 30.0F, 1e4F}));
  EXPECT_LT(y.slice(0, 0, 2).abs().max().item<double>(), 1e-3);
  EXPECT_NEAR(y[2].item<double>(), 30, 1e-5);
  EXPECT_NEAR(y[3].item<double>(), 1e4, 1e-2);
}

}  // namespace
}  // namespace syncgap::networks
