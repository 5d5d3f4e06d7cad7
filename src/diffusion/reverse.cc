#include "diffusion/reverse.h"

#include <cmath>
#include <utility>

#include "core/check.h"

namespace syncgap::diffusion {

using torch::Tensor;

Tensor predict_clean(const NoiseSchedule& schedule, const Tensor& state, const Tensor& noise,
                     std::int64_t t) {
  const double signal = schedule.alpha_bar(t);
  return (state - noise * std::sqrt(1 - signal)) * (1 / std::sqrt(signal));
}

Denoiser within_range(const NoiseSchedule& schedule, Denoiser denoiser, Tensor low, Tensor high) {
  return [&schedule, denoiser = std::move(denoiser), low = std::move(low), high = std::move(high)](
             const Tensor& z, std::int64_t t) {
    const double signal = schedule.alpha_bar(t);
    const auto clean =
        torch::minimum(torch::maximum(predict_clean(schedule, z, denoiser(z, t), t), low), high);
    return (z - clean * std::sqrt(signal)) * (1 / std::sqrt(1 - signal));
  };
}

Tensor ddim_step(const NoiseSchedule& schedule, const Tensor& state, const Tensor& noise,
                 std::int64_t t) {
  // z_{t-1} = sqrt(abar') z_0 + sqrt(1 - abar') eps, gathered so that each tensor is read once.
  const double here = schedule.alpha_bar(t), next = schedule.alpha_bar(t - 1);
  const double ratio = std::sqrt(next / here);
  return state * ratio + noise * (std::sqrt(1 - next) - ratio * std::sqrt(1 - here));
}

Tensor ddpm_mean(const NoiseSchedule& schedule, const Tensor& state, const Tensor& noise,
                 std::int64_t t) {
  const double beta = schedule.beta(t);
  const double ratio = 1 / std::sqrt(1 - beta);
  return state * ratio - noise * (ratio * beta / std::sqrt(1 - schedule.alpha_bar(t)));
}

double ddpm_deviation(const NoiseSchedule& schedule, std::int64_t t) {
  return t == 0 ? 0.0 : std::sqrt(schedule.beta(t));
}

Tensor run_ddim(const NoiseSchedule& schedule, const Denoiser& denoiser, Tensor state,
                std::int64_t from, const Observer& observer) {
  SYNCGAP_EXPECTS(from < schedule.steps());
  const torch::NoGradGuard no_grad;
  for (std::int64_t t = from; t >= 0; --t) {
    auto noise = denoiser(state, t);
    if (observer) {
      const auto predicted = predict_clean(schedule, state, noise, t);
      if (auto changed = observer({t, state, predicted}); changed.defined()) {
        state = changed;
        noise = denoiser(state, t);
      }
    }
    state = ddim_step(schedule, state, noise, t);
  }
  return state;
}

Tensor run_ddpm(const NoiseSchedule& schedule, const Denoiser& denoiser, Tensor state,
                std::int64_t from, std::int64_t to, const NoiseSource& noise) {
  SYNCGAP_EXPECTS(from < schedule.steps() && to >= -1 && to <= from);
  const torch::NoGradGuard no_grad;
  for (std::int64_t t = from; t > to; --t) {
    state = ddpm_mean(schedule, state, denoiser(state, t), t);
    if (const double deviation = ddpm_deviation(schedule, t); deviation > 0)
      state = state + noise(t) * deviation;
  }
  return state;
}

}  // namespace syncgap::diffusion
