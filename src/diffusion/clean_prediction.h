#pragma once

#include <cstdint>
#include <torch/types.h>

#include "diffusion/conditions.torch.h"
#include "diffusion/noise_schedule.h"

namespace syncgap::diffusion {

/// Estimate of z_0 from z_t, (z_t - sqrt(1 - abar_t) eps) / sqrt(abar_t). multimodal (97)
torch::Tensor predict_clean(const NoiseSchedule& schedule, const torch::Tensor& states,
                            const torch::Tensor& noise, std::int64_t t);

/// The denoiser with its prediction of the clean state kept within [low, high], which broadcast
/// over (B, P, C, H, W), and the noise that goes with it. The mean of data in a range lies in that
/// range: an exact denoiser stays as it is, and another one only comes nearer. Without this, errors
/// of the first steps, which weigh 1 / sqrt(abar) in the clean state, can carry trajectories where
/// no data are.
Denoiser within_range(const NoiseSchedule& schedule, Denoiser denoiser, torch::Tensor low,
                      torch::Tensor high);

}  // namespace syncgap::diffusion
