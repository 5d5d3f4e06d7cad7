#include "networks/activated_norm.h"

#include <limits>

#include <gtest/gtest.h>

namespace syncgap::networks {
namespace {

using torch::Tensor;

struct Case {
  std::int64_t channels, groups, height, width;
};

/// Output and gradients by x, shift, weight and bias of a loss with given weights.
std::vector<Tensor> results(const Case& size, torch::ScalarType type, bool shifted,
                            Activation activation, bool channels_last) {
  torch::manual_seed(1);
  const auto leaf = [&](const Tensor& values) { return values.to(type).requires_grad_(true); };
  torch::nn::GroupNorm norm(torch::nn::GroupNormOptions(size.groups, size.channels));
  norm->weight.set_data(torch::randn({size.channels}));
  norm->bias.set_data(torch::randn({size.channels}));
  norm->to(type);
  auto values = torch::randn({3, size.channels, size.height, size.width}) * 2 + 1.5;
  if (channels_last) values = values.contiguous(torch::MemoryFormat::ChannelsLast);
  const auto x = leaf(values);
  const auto shift = shifted ? leaf(torch::randn({3, size.channels})) : Tensor();
  const auto y = activated_norm(norm, x, shift, activation);
  (y * torch::randn(x.sizes()).to(type)).sum().backward();
  std::vector<Tensor> out{y.detach(), x.grad(), norm->weight.grad(), norm->bias.grad()};
  if (shifted) out.push_back(shift.grad());
  return out;
}

TEST(ActivatedNorm, AgreesWithSeparateOperationsInDoublePrecision) {
  for (const Case& size : {Case{8, 4, 5, 7}, Case{16, 8, 7, 7}, Case{12, 3, 4, 4},
                           Case{48, 8, 3, 5}, Case{2, 1, 1, 1}, Case{5, 5, 3, 3}})
    for (const bool shifted : {false, true})
      for (const auto activation : {Activation::none, Activation::silu}) {
        const auto exact = results(size, torch::kFloat64, shifted, activation, false);
        for (const bool channels_last : {false, true}) {
          const auto fused = results(size, torch::kFloat32, shifted, activation, channels_last);
          for (std::size_t k = 0; k < exact.size(); ++k)
            EXPECT_TRUE(torch::allclose(fused[k].to(torch::kFloat64), exact[k], 1e-4, 2e-5))
                << size.channels << " channels, " << size.groups << " groups, result " << k << ": "
                << (fused[k] - exact[k]).abs().max().item<double>();
        }
      }
}

TEST(ActivatedNorm, LargeMeansDoNotSpoilTheVariance) {
  torch::nn::GroupNorm norm(torch::nn::GroupNormOptions(2, 8));
  const auto x = torch::randn({2, 8, 6, 6}) * 0.01 + 100;
  const auto exact = torch::group_norm(x.to(torch::kFloat64), 2);
  const auto fused = activated_norm(norm, x, Tensor(), Activation::none);
  EXPECT_LT((fused - exact).abs().max().item<double>(), 5e-3);
}

TEST(ActivatedNorm, ImagesOfBfloat16AreThoseOfFloatsRounded) {
  for (const Case& size : {Case{8, 4, 5, 7}, Case{5, 5, 3, 3}, Case{48, 8, 3, 5}})
    for (const auto activation : {Activation::none, Activation::silu}) {
      torch::manual_seed(2);
      torch::nn::GroupNorm norm(torch::nn::GroupNormOptions(size.groups, size.channels));
      norm->weight.set_data(torch::randn({size.channels}));
      const auto values = torch::randn({3, size.channels, size.height, size.width})
                              .to(torch::kBFloat16)
                              .contiguous(torch::MemoryFormat::ChannelsLast);
      const auto shifts = torch::randn({3, size.channels}).to(torch::kBFloat16);
      const auto weights = torch::randn(values.sizes()).to(torch::kBFloat16);
      const auto run = [&](torch::ScalarType type) {
        norm->zero_grad();
        const auto x = values.clone().to(type).requires_grad_(true);
        const auto shift = shifts.clone().to(type).requires_grad_(true);
        const auto y = activated_norm(norm, x, shift, activation);
        EXPECT_EQ(y.scalar_type(), type);
        (y * weights.to(type)).sum().backward();
        return std::vector<Tensor>{y.detach(), x.grad(), shift.grad(), norm->weight.grad().clone()};
      };
      const auto half = run(torch::kBFloat16), single = run(torch::kFloat32);
      for (std::size_t k = 0; k < 3; ++k)
        EXPECT_TRUE(torch::equal(half[k], single[k].to(torch::kBFloat16))) << k;
      EXPECT_TRUE(torch::allclose(half[3], single[3], 1e-5, 1e-5));
    }
}

TEST(ActivatedNorm, BfloatOfWhatIsNoNumberIsNone) {
  torch::nn::GroupNorm norm(torch::nn::GroupNormOptions(2, 4));
  auto x = torch::randn({1, 4, 3, 3}).to(torch::kBFloat16);
  x[0][0][0][0] = std::numeric_limits<float>::quiet_NaN();
  const auto y = activated_norm(norm, x, Tensor(), Activation::silu);
  EXPECT_TRUE(torch::isnan(y[0][0]).all().item<bool>());
  EXPECT_FALSE(torch::isnan(y[0][3]).any().item<bool>());
}

TEST(ActivatedNorm, ThreadsDoNotChangeABit) {
  const int before = at::get_num_threads();
  const Case size{16, 8, 9, 9};
  at::set_num_threads(1);
  const auto one = results(size, torch::kFloat32, true, Activation::silu, true);
  at::set_num_threads(3);
  const auto three = results(size, torch::kFloat32, true, Activation::silu, true);
  at::set_num_threads(before);
  for (std::size_t k = 0; k < one.size(); ++k) EXPECT_TRUE(torch::equal(one[k], three[k])) << k;
}

}  // namespace
}  // namespace syncgap::networks
