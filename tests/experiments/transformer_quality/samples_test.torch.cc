#include "experiments/transformer_quality/samples.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "core/random.h"
#include "diffusion/noise_schedule.h"
#include "diffusion/normals.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;

constexpr double kSpread = 0.3;

/// Of pixels of a class, -0.5, 0 and 0.5; 0 where none is told.
Tensor means(const Tensor& labels, std::int64_t rows) {
  const auto mean = labels.defined() ? labels * 0.5 - 0.5 : torch::zeros({rows});
  return mean.to(torch::kFloat32).view({-1, 1, 1, 1, 1});
}

/// Of images whose pixels are normal around a mean that their class decides.
diffusion::Denoiser normal_denoiser(const diffusion::NoiseSchedule& schedule) {
  return [&schedule](const Tensor& z, const diffusion::Conditions& told) {
    // Rows of a batch are at one step.
    const double signal = schedule.alpha_bar(told.step[0].item<std::int64_t>());
    return diffusion::Prediction{
        (z - std::sqrt(signal) * means(told.rows.label, z.size(0))) *
        (std::sqrt(1 - signal) / (signal * kSpread * kSpread + 1 - signal))};
  };
}

/// A judge that takes the images themselves for features, and the sign of their sum for a class.
ImageViews look(const Tensor& states) {
  return {
      states.clamp(-1, 1), states.flatten(1), states.flatten(1).sum(1).gt(0).to(torch::kInt64), {}};
}

SampleSeries series(std::vector<std::int64_t> told) {
  SampleSeries out;
  out.purpose = "test";
  out.told = std::move(told);
  out.shape = {1, 2, 3};
  out.group = 4;
  out.sweep_seed = 5;
  out.seed = 1;
  return out;
}

SeenSamples draw(const SampleSeries& series, double eta = 1, std::int64_t steps = 60) {
  const auto schedule = diffusion::NoiseSchedule::linear(steps, 1e-3, 0.2);
  return draw_samples(series, diffusion::SamplingPath::ddim(schedule, eta),
                      normal_denoiser(schedule), look, Features::keep, torch::kCPU, {});
}

TEST(DrawnSamples, AreOfTheClassTheyAreTold) {
  std::vector<std::int64_t> told;
  for (std::int64_t i = 0; i < 600; ++i) told.push_back(i * 3 / 600);
  auto made = series(told);
  made.group = 100;
  const auto seen = draw(made, 1, 200);
  ASSERT_EQ(seen.feature_count, 6);
  const auto pixels =
      torch::tensor(seen.features, torch::kFloat64).view({3, 200 * 6});  // (class, pixels)
  const double error = kSpread / std::sqrt(1200.0);
  for (std::int64_t label = 0; label < 3; ++label) {
    EXPECT_NEAR(pixels[label].mean().item<double>(), 0.5 * static_cast<double>(label) - 0.5,
                4 * error);
    // Four standard errors of a deviation, and the steps of the path.
    EXPECT_NEAR(pixels[label].std().item<double>(), kSpread,
                4 * kSpread / std::sqrt(2400.0) + 0.02);
  }
}

TEST(DrawnSamples, AreThoseOfTheObviousLoopBitForBit) {
  const auto made = series({0, 1, 2, 0, 1, 2, 1});
  const auto seen = draw(made);
  const auto schedule = diffusion::NoiseSchedule::linear(60, 1e-3, 0.2);
  const auto path = diffusion::SamplingPath::ddim(schedule, 1);
  const auto denoiser = normal_denoiser(schedule);
  const RandomStream start(5, "start of samples", {std::int64_t{1}, "test"}),
      noise(5, "noise of samples", {std::int64_t{1}, "test"});
  for (std::int64_t i = 0; i < 7; ++i) {
    const auto normals = [&](const RandomStream& stream, std::int64_t step) {
      return diffusion::trajectory_normals(stream, i, {1, 1, 1, 2, 3}, step);
    };
    auto z = normals(start, 0);
    for (const auto& step : path.steps()) {
      diffusion::RowConditions told;
      told.label = torch::full({1}, made.told[i], torch::kInt64);
      const auto eps = denoiser(z, {torch::full({1}, step.from, torch::kInt64), told}).noise;
      z = z * step.on_state + eps * step.on_noise;
      if (step.deviation > 0) z = z + step.deviation * normals(noise, step.from);
    }
    const auto own = z.flatten();
    for (std::int64_t k = 0; k < 6; ++k)
      EXPECT_EQ(own[k].item<float>(), static_cast<float>(seen.features[i * 6 + k]));
    EXPECT_EQ(seen.labels[i], own.sum().item<float>() > 0 ? 1 : 0);
  }
}

TEST(DrawnSamples, AreKeptAsTheyAreShown) {
  auto made = series(std::vector<std::int64_t>(9, kNoClass));
  made.kept = {0, 3, 4, 8};
  const auto seen = draw(made);
  ASSERT_EQ(seen.kept.sizes(), (std::vector<std::int64_t>{4, 1, 2, 3}));
  for (std::size_t k = 0; k < made.kept.size(); ++k)
    for (std::int64_t p = 0; p < 6; ++p) {
      const double state = seen.features[made.kept[k] * 6 + p];
      EXPECT_NEAR(seen.kept.flatten(1)[k][p].item<double>(), (std::clamp(state, -1.0, 1.0) + 1) / 2,
                  1e-7);
    }
}

TEST(DrawnSamples, OfAnotherSeedOrPurposeAreOthers) {
  const auto first = draw(series({1, 1, 1})).features;
  auto seed = series({1, 1, 1}), purpose = seed;
  seed.seed = 2;
  purpose.purpose = "other";
  EXPECT_NE(draw(seed).features, first);
  EXPECT_NE(draw(purpose).features, first);
  EXPECT_EQ(draw(series({1, 1, 1})).features, first);
}

TEST(DrawnSamples, MayBeNone) {
  const auto seen = draw(series({}));
  EXPECT_TRUE(seen.labels.empty());
  EXPECT_TRUE(seen.features.empty());
}

TEST(GivenImages, AreSeenInTheirOrder) {
  const auto states = torch::linspace(-1, 1, 600 * 6).view({600, 1, 2, 3});
  const auto seen = see_images(states, look, {});
  ASSERT_EQ(seen.feature_count, 6);
  for (std::int64_t k = 0; k < 600 * 6; ++k)
    ASSERT_EQ(static_cast<float>(seen.features[k]), states.flatten()[k].item<float>());
  EXPECT_EQ(seen.labels.front(), 0);
  EXPECT_EQ(seen.labels.back(), 1);
}

}  // namespace
}  // namespace syncgap::experiments
