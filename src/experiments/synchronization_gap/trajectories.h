#pragma once

#include <cstdint>
#include <torch/types.h>
#include <vector>

#include "diffusion/conditions.torch.h"
#include "diffusion/noise_schedule.h"

namespace syncgap::experiments {

/// What Protocol I follows along a deterministic trajectory: common mode, difference mode, and the
/// two channels themselves.
enum class Followed { common, difference, first, second };
inline constexpr std::int64_t kFollowed = 4;

/// A perturbation of the difference mode on the way, by the scale times a given noise. (101)
struct Intervention {
  std::int64_t step = 0;
  double scale = 0;
};

/// What is wanted of a batch of trajectories beside their cosines.
struct FollowPlan {
  std::vector<std::int64_t> image_steps;    ///< whose predictions of clean images are kept
  std::vector<Intervention> interventions;  ///< any number at a step
};

/// A batch of B deterministic trajectories. multimodal sec. 5.1
struct FollowedBatch {
  std::vector<double> cosines;                ///< (B, 4, T): of each prediction with the last, (98)
  std::vector<torch::Tensor> images;          ///< predictions at the image steps; undefined where
                                              ///< the schedule has no such step
  torch::Tensor end;                          ///< z_0, (B, 2, C, H, W)
  std::vector<torch::Tensor> perturbed_ends;  ///< z_0 after each intervention
};

/// By DDIM from `start`, z_{T-1} (B, 2, C, H, W), to z_0; interventions branch off on the way.
/// `kick` (B, C, H, W) is what is added to v, times the scale.
FollowedBatch follow_trajectories(const diffusion::NoiseSchedule& schedule,
                                  const diffusion::Denoiser& denoiser, const torch::Tensor& start,
                                  const FollowPlan& plan, const torch::Tensor& kick);

}  // namespace syncgap::experiments
