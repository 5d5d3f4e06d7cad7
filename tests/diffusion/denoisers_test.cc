#include "diffusion/denoisers.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/random.h"
#include "diffusion/branches.h"
#include "error_text.h"

namespace syncgap::diffusion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using torch::Tensor;

constexpr std::int64_t kNull = 5;

/// (rows, 2, 3, 2, 2)
Tensor pair_normals(const RandomStream& stream, std::int64_t rows, std::uint32_t step = 0) {
  auto out = torch::empty({rows, 2, 3, 2, 2}, torch::kFloat32);
  stream.fill_normals<float>(0, step, {out.data_ptr<float>(), std::size_t(out.numel())});
  return out;
}
Tensor states_of(std::int64_t rows) { return pair_normals(RandomStream(3, "states"), rows); }

Tensor per_row(const Tensor& told) { return told.to(torch::kFloat32).view({-1, 1, 1, 1, 1}); }

/// Every number depends on all that is told of its row, and the variance as well.
Prediction attentive(const Tensor& z, const Conditions& told) {
  auto inside = z * (1 + 0.01 * per_row(told.step));
  if (told.rows.label.defined()) inside = inside + 0.3 * per_row(told.rows.label);
  if (told.rows.coupling.defined()) inside = inside + per_row(told.rows.coupling) * z.flip(1);
  return {torch::tanh(inside), torch::sin(inside)};
}

Conditions told_of(std::int64_t rows) {
  return {torch::arange(rows) * 7,
          {torch::arange(rows) % kNull, torch::arange(rows).to(torch::kFloat32) * 0.1}};
}

TEST(Guided, LeadsTheGuidedChannelsAndLeavesTheRest) {
  const auto z = states_of(4);
  const auto told = told_of(4);
  auto untold = told;
  untold.rows.label = torch::full({4}, kNull);
  const auto with = attentive(z, told), without = attentive(z, untold);
  std::vector<std::int64_t> sizes;
  const Denoiser counted = [&](const Tensor& states, const Conditions& conditions) {
    sizes.push_back(states.size(0));
    return attentive(states, conditions);
  };
  for (const double scale : {0.0, 0.5, 4.0})
    for (const std::int64_t channels : {1, 2, 3, 8}) {  // of 3 channels, 8 are all
      const auto out = guided(counted, kNull, {scale, channels})(z, told);
      for (std::int64_t c = 0; c < 3; ++c) {
        const auto channel = [&](const Tensor& x) { return x.select(2, c); };
        const auto expected =
            c < channels
                ? channel(without.noise) + scale * (channel(with.noise) - channel(without.noise))
                : channel(with.noise);
        EXPECT_LT((channel(out.noise) - expected).abs().max().item<double>(), 2e-6)
            << "scale " << scale << ", channel " << c << " of " << channels;
      }
      EXPECT_TRUE(torch::allclose(out.variance, with.variance, 1e-6, 1e-6));
    }
  EXPECT_EQ(sizes, std::vector<std::int64_t>(12, 8));  // both in one batch
  EXPECT_GT((with.noise - without.noise).abs().min().item<double>(), 1e-6);
}

TEST(Guided, WithScaleOneIsTheDenoiserItself) {
  int asked = 0;
  const Denoiser counted = [&](const Tensor& z, const Conditions& told) {
    ++asked;
    EXPECT_EQ(z.size(0), 4);
    return attentive(z, told);
  };
  const auto out = guided(counted, kNull, {})(states_of(4), told_of(4));
  EXPECT_TRUE(torch::equal(out.noise, attentive(states_of(4), told_of(4)).noise));
  EXPECT_NO_THROW(guided(counted, kNull, {})(states_of(4), {torch::arange(4)}));
  EXPECT_EQ(asked, 2);
}

TEST(Guided, WantsLabels) {
  const auto led = guided(attentive, kNull, {.scale = 4});
  EXPECT_THAT(error_text<InputError>([&] { led(states_of(4), {torch::arange(4)}); }),
              HasSubstr("rows have none (guidance = 4): give labels"));
}

TEST(Guided, LeavesANoiseWithoutVarianceSo) {
  const auto led =
      guided([](const Tensor& z,
                const Conditions& told) { return Prediction{z * per_row(told.rows.label)}; },
             kNull, {.scale = 2});
  EXPECT_FALSE(led(states_of(2), told_of(2)).variance.defined());
}

TEST(CoupledByStep, MultipliesEachRowsCouplingByTheFactorOfItsStep) {
  Conditions seen;
  const auto scaled = coupled_by_step(
      [&](const Tensor& z, const Conditions& told) {
        seen = told;
        return Prediction{z};
      },
      {0, 0.5, 2});
  const auto steps = torch::tensor({2, 0, 1, 2});
  const auto factors = torch::tensor({2.0, 0.0, 0.5, 2.0});
  for (const auto& shape : {std::vector<std::int64_t>{4}, {4, 3}, {4, 3, 2}}) {
    const auto g = torch::full(shape, 0.3, torch::kFloat32);
    scaled(states_of(4), {steps, {torch::arange(4), g}});
    const auto by_row = seen.rows.coupling.flatten(1 < g.dim() ? 1 : 0).reshape({4, -1});
    EXPECT_EQ(seen.rows.coupling.sizes(), g.sizes());
    EXPECT_EQ(seen.rows.coupling.scalar_type(), torch::kFloat32);
    EXPECT_TRUE(torch::allclose(
        by_row, (0.3 * factors).to(torch::kFloat32).unsqueeze(1).expand_as(by_row)));
    EXPECT_TRUE(torch::equal(seen.rows.label, torch::arange(4)));
  }
  // Rounding alone takes nothing above 1, and rows that are told no coupling have none.
  const auto rounded = coupled_by_step(
      [&](const Tensor& z, const Conditions& told) {
        seen = told;
        return Prediction{z};
      },
      {2 + 1e-6});
  rounded(states_of(1), {torch::tensor({0}), {{}, torch::tensor({0.5F})}});
  EXPECT_EQ(seen.rows.coupling.item<float>(), 1.0F);
  scaled(states_of(4), {steps});
  EXPECT_FALSE(seen.rows.coupling.defined());
}

}  // namespace
}  // namespace syncgap::diffusion
