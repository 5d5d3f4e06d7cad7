#include "models/denoising_curve.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "data/image_set.h"
#include "diffusion/reference_loops.h"
#include "models/pair_states.h"

namespace syncgap::models {
namespace {

using torch::Tensor;

constexpr std::size_t kCurveSide = 8;

/// One image many times over: its exact denoiser is known.
data::ImageSet copies(std::size_t count) {
  std::vector<float> pixels;
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t k = 0; k < kCurveSide * kCurveSide; ++k)
      pixels.push_back(static_cast<float>(k) / (kCurveSide * kCurveSide));
  return {{1, kCurveSide, kCurveSide}, pixels, std::vector<std::int32_t>(count, 0)};
}

struct OneImage {
  PairStates states;
  diffusion::NoiseSchedule schedule = diffusion::NoiseSchedule::linear(20, 1e-3, 0.3);
  DenoiserTask task;

  explicit OneImage(double g) : states(copies(200), all(), data::Modality::identity, -1.0) {
    task.states = &states;
    task.coupling_strength = g;
    task.schedule = &schedule;
    task.sweep_seed = 3;
  }
  static std::vector<std::uint32_t> all() {
    std::vector<std::uint32_t> chosen(200);
    for (std::uint32_t i = 0; i < 200; ++i) chosen[i] = i;
    return chosen;
  }
  Tensor clean() const {
    const auto pairs = data::make_pairs(task.pairing, states.labels(), RandomStream(1, "any"), 0);
    return states.states(pairs, 0,
                         1);  // (1, 2, 1, 8, 8): both channels alike, so swaps do not show
  }
};

TEST(DenoisingCurve, PerfectDenoiserMissesNothing) {
  const OneImage one(0.4);
  const auto clean = one.clean();
  const auto curve = measure_denoising(
      one.task, diffusion::reference::as_denoiser([&](const Tensor& z, std::int64_t t) {
        const double signal = one.schedule.alpha_bar(t);
        return (z - clean * std::sqrt(signal)) / std::sqrt(1 - signal);
      }),
      10, {});
  ASSERT_EQ(curve.entropy_rate.size(), 20U);
  for (std::size_t t = 0; t < 20; ++t) {
    EXPECT_NEAR(curve.common[t].value, 0, 1e-8);
    EXPECT_NEAR(curve.difference[t].value, 0, 1e-8);
    EXPECT_NEAR(curve.entropy_rate[t].value, 0, 1e-5);
  }
}

// A denoiser that knows nothing misses all of each mode's noise, whatever the coupling.
TEST(DenoisingCurve, BlindDenoiserMissesTheWholeNoiseOfBothModes) {
  const OneImage one(0.4);
  const diffusion::Denoiser blind = [](const Tensor& z, const diffusion::Conditions&) {
    return diffusion::Prediction{torch::zeros_like(z)};
  };
  const auto curve = measure_denoising(one.task, blind, 200, {});
  for (std::size_t t = 0; t < 20; ++t) {
    EXPECT_EQ(curve.common[t].count, 200U);
    EXPECT_NEAR(curve.common[t].value, 1, 5 * curve.common[t].standard_error);
    EXPECT_NEAR(curve.difference[t].value, 1, 5 * curve.difference[t].standard_error);
    // chi^2 of 64 numbers.
    EXPECT_NEAR(curve.common[t].standard_error, std::sqrt(2.0 / 64 / 200), 0.003);
    const auto step = static_cast<std::int64_t>(t);
    const double full =
        -std::log(1 - one.schedule.beta(step)) / (2 * (1 - one.schedule.alpha_bar(step))) * 128;
    EXPECT_NEAR(curve.entropy_rate[t].value, full, 5 * curve.entropy_rate[t].standard_error);
  }
}

TEST(DenoisingCurve, SameStatesAndNoiseEveryTime) {
  const OneImage one(0.0);
  const diffusion::Denoiser denoiser = [](const Tensor& z, const diffusion::Conditions&) {
    return diffusion::Prediction{0.5 * z};
  };
  const auto first = measure_denoising(one.task, denoiser, 16, {});
  const auto second = measure_denoising(one.task, denoiser, 16, {});
  for (std::size_t t = 0; t < 20; ++t)
    EXPECT_EQ(first.entropy_rate[t].value, second.entropy_rate[t].value);
}

}  // namespace
}  // namespace syncgap::models
