#include "experiments/synchronization_gap/trajectories.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "core/random.h"
#include "diffusion/coupled_modes.h"
#include "diffusion/reference_loops.h"

namespace syncgap::experiments {
namespace {

using diffusion::NoiseSchedule;
namespace reference = diffusion::reference;
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

FollowedBatch follow(const reference::StepDenoiser& denoiser, const Tensor& start,
                     const FollowPlan& plan) {
  const auto shape = start.sizes();
  return follow_trajectories(schedule(), reference::as_denoiser(denoiser), start, plan,
                             normals("kick", {shape[0], shape[2], shape[3], shape[4]}));
}

double cosine_of(const FollowedBatch& batch, std::int64_t row, Followed what, std::int64_t t) {
  return batch
      .cosines[(row * kFollowed + static_cast<std::int64_t>(what)) * schedule().steps() + t];
}

TEST(FollowTrajectories, EndIsThatOfDdimAndTheLastPrediction) {
  const auto start = normals("start", {3, 2, 1, 4, 4});
  const auto batch = follow(denoise, start, {{0}, {}});
  EXPECT_TRUE(torch::equal(batch.end, reference::run_ddim(schedule(), denoise, start, 29)));
  EXPECT_TRUE(torch::allclose(batch.images[0], batch.end, 1e-4, 1e-5));
}

TEST(FollowTrajectories, CosinesAreThoseOfPredictionsByHand) {
  const auto start = normals("start", {3, 2, 1, 4, 4});
  const auto batch = follow(denoise, start, {{12, 0, 30}, {}});
  EXPECT_FALSE(batch.images[2].defined());  // there is no such step
  const auto modes = [&](const Tensor& x) { return diffusion::split_modes(x[1].unsqueeze(0)); };
  const auto cosine = [](const Tensor& a, const Tensor& b) {
    return ((a * b).sum() / (a.norm() * b.norm())).item<double>();
  };
  const auto then = modes(batch.images[0]), last = modes(batch.images[1]);
  EXPECT_NEAR(cosine_of(batch, 1, Followed::common, 12), cosine(then.common, last.common), 1e-5);
  EXPECT_NEAR(cosine_of(batch, 1, Followed::difference, 12),
              cosine(then.difference, last.difference), 1e-5);
  EXPECT_NEAR(cosine_of(batch, 1, Followed::first, 12),
              cosine(batch.images[0][1][0], batch.images[1][1][0]), 1e-5);
  EXPECT_NEAR(cosine_of(batch, 1, Followed::second, 12),
              cosine(batch.images[0][1][1], batch.images[1][1][1]), 1e-5);
  for (std::int64_t row = 0; row < 3; ++row)
    EXPECT_NEAR(cosine_of(batch, row, Followed::common, 0), 1.0, 1e-6);
}

// For centred Gaussian data a trajectory only changes its length.
TEST(FollowTrajectories, AreSettledFromTheStartForGaussianData) {
  const auto batch = follow(exact_for_gaussian_data, normals("start", {2, 2, 1, 4, 4}), {});
  for (const double cosine : batch.cosines) EXPECT_NEAR(cosine, 1.0, 1e-5);
}

TEST(FollowTrajectories, InterventionsAreEachARunByItself) {
  const auto start = normals("start", {3, 2, 1, 4, 4}), kick = normals("kick", {3, 1, 4, 4});
  const std::vector<Intervention> interventions{{5, 0.25}, {20, 0.1}, {20, 0.5}, {29, 0.25}};
  const auto batch = follow(denoise, start, {{}, interventions});
  ASSERT_EQ(batch.perturbed_ends.size(), interventions.size());
  for (std::size_t i = 0; i < interventions.size(); ++i) {
    const auto alone = reference::run_interventions(
        schedule(), denoise, {{interventions[i].step, interventions[i].scale}}, start, kick);
    EXPECT_TRUE(torch::equal(batch.perturbed_ends[i], alone[0])) << "intervention " << i;
  }
}

// The exact denoiser of Gaussian data is linear and mixes no modes: v moves by the kick times a
// factor, u not at all.
TEST(FollowTrajectories, AKickOfADecoupledDenoiserLeavesTheCommonModeAlone) {
  const auto start = normals("start", {3, 2, 1, 4, 4}), kick = normals("kick", {3, 1, 4, 4});
  const auto batch = follow(exact_for_gaussian_data, start, {{}, {{10, 0.25}}});
  const auto before = diffusion::split_modes(batch.end);
  const auto after = diffusion::split_modes(batch.perturbed_ends[0]);
  EXPECT_TRUE(torch::allclose(after.common, before.common, 1e-5, 1e-6));
  const double factor =
      std::sqrt(0.5 / (schedule().alpha_bar(10) * 0.5 + 1 - schedule().alpha_bar(10)));
  // DDIM's finite steps and the last step to z_0 leave a few per cent.
  EXPECT_TRUE(
      torch::allclose(after.difference - before.difference, kick * 0.25 * factor, 0.1, 1e-3));
}

}  // namespace
}  // namespace syncgap::experiments
