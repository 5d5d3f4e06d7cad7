#pragma once

#include <cstdint>
#include <torch/types.h>
#include <vector>

#include "diffusion/noise_schedule.h"
#include "diffusion/reverse.h"

namespace syncgap::experiments {

/// What Protocol I follows along a deterministic trajectory: common mode, difference mode, and the
/// two channels themselves.
enum class Followed { common, difference, first, second };
inline constexpr std::size_t kFollowed = 4;

/// A deterministic trajectory of a batch. multimodal sec. 5.1
struct DeterministicRun {
  std::vector<double> cosines;        ///< (B, 4, T): of each prediction with the last, (98)
  std::vector<torch::Tensor> states;  ///< z_t at the asked steps, in their order; (B, 2C, H, W)
  std::vector<torch::Tensor> frames;  ///< predictions at the asked steps
  torch::Tensor end;                  ///< z_0; (B, 2C, H, W)
};

/// From z_{T-1} to z_0 by DDIM.
DeterministicRun run_deterministic(const diffusion::NoiseSchedule& schedule,
                                   const diffusion::Denoiser& denoiser, const torch::Tensor& start,
                                   const std::vector<std::int64_t>& state_steps,
                                   const std::vector<std::int64_t>& frame_steps);

/// Ends of trajectories whose difference mode was perturbed on the way, all branches advanced as
/// one growing batch. (101)
struct Intervention {
  std::int64_t step = 0;
  double scale = 0;
};
/// `states[i]` is z at interventions[i].step; `noise` (B, C, H, W) is what is added to v, times the
/// scale. Returns z_0 of each, in the order given.
std::vector<torch::Tensor> run_interventions(const diffusion::NoiseSchedule& schedule,
                                             const diffusion::Denoiser& denoiser,
                                             const std::vector<Intervention>& interventions,
                                             const std::vector<torch::Tensor>& states,
                                             const torch::Tensor& noise);

}  // namespace syncgap::experiments
