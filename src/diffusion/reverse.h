#pragma once

#include <cstdint>
#include <functional>
#include <torch/types.h>

#include "diffusion/noise_schedule.h"

namespace syncgap::diffusion {

/// Predicted noise in states z (B, C, H, W) at step t, the same for the whole batch.
using Denoiser = std::function<torch::Tensor(const torch::Tensor& z, std::int64_t t)>;
/// Noise (B, C, H, W) that a stochastic step t adds, of the process's own covariance.
using NoiseSource = std::function<torch::Tensor(std::int64_t t)>;

/// What one reverse step saw: state before it, prediction of the clean state.
struct ReverseStep {
  std::int64_t t = 0;
  const torch::Tensor& state;      ///< z_t
  const torch::Tensor& predicted;  ///< estimate of z_0 from z_t, multimodal (97)
};
/// Called before z_t becomes z_{t-1}; may return another z_t to go on from (an intervention), whose
/// noise is then predicted anew, or an undefined tensor to go on as it is.
using Observer = std::function<torch::Tensor(const ReverseStep&)>;

/// (z_t - sqrt(1 - abar_t) eps) / sqrt(abar_t). multimodal (97)
torch::Tensor predict_clean(const NoiseSchedule& schedule, const torch::Tensor& state,
                            const torch::Tensor& noise, std::int64_t t);

/// The denoiser with its prediction of the clean state kept within [low, high], which broadcast
/// over (B, C, H, W), and the noise that goes with it. The mean of data in a range lies in that
/// range: an exact denoiser stays as it is, and another one only comes nearer. Without this, errors
/// of the first steps, which weigh 1 / sqrt(abar) in the clean state, can carry trajectories where
/// no data are. `schedule` outlives it.
Denoiser within_range(const NoiseSchedule& schedule, Denoiser denoiser, torch::Tensor low,
                      torch::Tensor high);

/// One deterministic step (DDIM, eta = 0) from t to t - 1; t = 0 gives the clean prediction.
torch::Tensor ddim_step(const NoiseSchedule& schedule, const torch::Tensor& state,
                        const torch::Tensor& noise, std::int64_t t);

/// Mean of z_{t-1} given z_t under the predicted noise: (z_t - beta eps / sqrt(1 - abar)) /
/// sqrt(1 - beta). regimes (61)
torch::Tensor ddpm_mean(const NoiseSchedule& schedule, const torch::Tensor& state,
                        const torch::Tensor& noise, std::int64_t t);

/// Standard deviation of the noise the stochastic step t adds, sqrt(beta_t); the last step, t = 0,
/// adds none. Noise of covariance K is added with covariance beta_t K, which is what the reversed
/// coupled process does in any coordinates. multimodal (102)
double ddpm_deviation(const NoiseSchedule& schedule, std::int64_t t);

/// Deterministic trajectory from z_{from} to z_0. No gradients are kept.
torch::Tensor run_ddim(const NoiseSchedule& schedule, const Denoiser& denoiser, torch::Tensor state,
                       std::int64_t from, const Observer& observer = {});

/// Stochastic trajectory from z_{from} down to z_{to} (to = -1: the clean state).
torch::Tensor run_ddpm(const NoiseSchedule& schedule, const Denoiser& denoiser, torch::Tensor state,
                       std::int64_t from, std::int64_t to, const NoiseSource& noise);

}  // namespace syncgap::diffusion
