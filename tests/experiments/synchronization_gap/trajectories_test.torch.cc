#include "experiments/synchronization_gap/trajectories.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "core/random.h"
#include "diffusion/coupled_modes.h"

namespace syncgap::experiments {
namespace {

using diffusion::NoiseSchedule;
using torch::Tensor;

const NoiseSchedule& schedule() {
  static const auto made = NoiseSchedule::linear(30, 1e-3, 0.2);
  return made;
}

Tensor normals(const char* purpose, std::vector<std::int64_t> sizes) {
  auto out = torch::empty(sizes, torch::kFloat32);
  RandomStream(5, purpose)
      .fill_normals<float>(0, 0, {out.data_ptr<float>(), static_cast<std::size_t>(out.numel())});
  return out;
}

/// Any smooth function will do: it mixes channels and depends on the step.
Tensor denoise(const Tensor& z, std::int64_t t) {
  return torch::tanh(z + 0.3 * z.flip(1)) * (0.5 + 0.01 * static_cast<double>(t));
}

Tensor exact_for_gaussian_data(const Tensor& z, std::int64_t t) {
  const double signal = schedule().alpha_bar(t);
  return z * (std::sqrt(1 - signal) / (signal * 0.5 + 1 - signal));
}

double cosine_of(const DeterministicRun& run, std::size_t row, Followed what, std::int64_t t) {
  return run.cosines[(row * kFollowed + static_cast<std::size_t>(what)) *
                         static_cast<std::size_t>(schedule().steps()) +
                     static_cast<std::size_t>(t)];
}

TEST(DeterministicRun, EndIsThatOfDdimAndTheLastPrediction) {
  const auto start = normals("start", {3, 2, 4, 4});
  const auto run = run_deterministic(schedule(), denoise, start, {}, {0});
  EXPECT_TRUE(torch::equal(run.end, diffusion::run_ddim(schedule(), denoise, start, 29)));
  EXPECT_TRUE(torch::allclose(run.frames[0], run.end, 1e-4, 1e-5));
}

TEST(DeterministicRun, CosinesAreThoseOfPredictionsByHand) {
  const auto start = normals("start", {3, 2, 4, 4});
  const auto run = run_deterministic(schedule(), denoise, start, {12}, {12, 0});
  const auto modes = [&](const Tensor& x) { return diffusion::split_modes(x[1].unsqueeze(0)); };
  const auto cosine = [](const Tensor& a, const Tensor& b) {
    return ((a * b).sum() / (a.norm() * b.norm())).item<double>();
  };
  const auto then = modes(run.frames[0]), last = modes(run.frames[1]);
  EXPECT_NEAR(cosine_of(run, 1, Followed::common, 12), cosine(then.common, last.common), 1e-5);
  EXPECT_NEAR(cosine_of(run, 1, Followed::difference, 12), cosine(then.difference, last.difference),
              1e-5);
  EXPECT_NEAR(cosine_of(run, 1, Followed::first, 12),
              cosine(run.frames[0][1][0], run.frames[1][1][0]), 1e-5);
  EXPECT_NEAR(cosine_of(run, 1, Followed::second, 12),
              cosine(run.frames[0][1][1], run.frames[1][1][1]), 1e-5);
  for (std::size_t row = 0; row < 3; ++row)
    EXPECT_NEAR(cosine_of(run, row, Followed::common, 0), 1.0, 1e-6);
}

// For centred Gaussian data a trajectory only changes its length.
TEST(DeterministicRun, IsSettledFromTheStartForGaussianData) {
  const auto run = run_deterministic(schedule(), exact_for_gaussian_data,
                                     normals("start", {2, 2, 4, 4}), {}, {});
  for (const double cosine : run.cosines) EXPECT_NEAR(cosine, 1.0, 1e-5);
}

TEST(Interventions, AreEachRunByItself) {
  const auto start = normals("start", {3, 2, 4, 4}), kick = normals("kick", {3, 1, 4, 4});
  const std::vector<Intervention> interventions{{5, 0.25}, {20, 0.1}, {20, 0.5}, {29, 0.25}};
  const auto run = run_deterministic(schedule(), denoise, start, {5, 20, 20, 29}, {});
  const auto ends = run_interventions(schedule(), denoise, interventions, run.states, kick);
  ASSERT_EQ(ends.size(), interventions.size());
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const auto alone = diffusion::run_ddim(
        schedule(), denoise, start, 29, [&](const diffusion::ReverseStep& step) {
          if (step.t != interventions[i].step) return Tensor();
          auto modes = diffusion::split_modes(step.state);
          modes.difference = modes.difference + kick * interventions[i].scale;
          return diffusion::join_modes(modes);
        });
    EXPECT_TRUE(torch::allclose(ends[i], alone, 1e-5, 1e-6)) << "intervention " << i;
  }
}

// The exact denoiser of Gaussian data is linear and mixes no modes: v moves by the kick times a
// factor, u not at all.
TEST(Interventions, OfADecoupledDenoiserLeaveTheCommonModeAlone) {
  const auto start = normals("start", {3, 2, 4, 4}), kick = normals("kick", {3, 1, 4, 4});
  const auto run = run_deterministic(schedule(), exact_for_gaussian_data, start, {10}, {});
  const auto ends =
      run_interventions(schedule(), exact_for_gaussian_data, {{10, 0.25}}, run.states, kick);
  const auto before = diffusion::split_modes(run.end), after = diffusion::split_modes(ends[0]);
  EXPECT_TRUE(torch::allclose(after.common, before.common, 1e-5, 1e-6));
  const double factor =
      std::sqrt(0.5 / (schedule().alpha_bar(10) * 0.5 + 1 - schedule().alpha_bar(10)));
  // DDIM's finite steps and the last step to z_0 leave a few per cent.
  EXPECT_TRUE(
      torch::allclose(after.difference - before.difference, kick * 0.25 * factor, 0.1, 1e-3));
}

TEST(Interventions, NoneGiveNothing) {
  EXPECT_TRUE(
      run_interventions(schedule(), denoise, {}, {}, normals("kick", {3, 1, 4, 4})).empty());
}

}  // namespace
}  // namespace syncgap::experiments
