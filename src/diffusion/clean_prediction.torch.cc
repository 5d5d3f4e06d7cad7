#include "diffusion/clean_prediction.h"

#include <cmath>
#include <utility>

#include "diffusion/step_table.h"

namespace syncgap::diffusion {
using torch::Tensor;

Tensor predict_clean(const NoiseSchedule& schedule, const Tensor& states, const Tensor& noise,
                     std::int64_t t) {
  const double signal = schedule.alpha_bar(t);
  return (states - noise * std::sqrt(1 - signal)) * (1 / std::sqrt(signal));
}

Denoiser within_range(const NoiseSchedule& schedule, Denoiser denoiser, Tensor low, Tensor high) {
  struct Tables {
    StepTable signal, noise, per_signal, per_noise;
  };
  Tables tables{signal_amplitude(schedule),
                noise_amplitude(schedule),
                {schedule, [](double abar) { return 1 / std::sqrt(abar); }},
                {schedule, [](double abar) { return 1 / std::sqrt(1 - abar); }}};
  return [tables, denoiser = std::move(denoiser), low = std::move(low), high = std::move(high)](
             const Tensor& z, const Conditions& conditions) mutable {
    const auto factor = [&](StepTable& table) { return table.of(conditions.step, z); };
    if (low.device() != z.device()) low = low.to(z.device()), high = high.to(z.device());
    Prediction predicted = denoiser(z, conditions);
    const auto free = (z - predicted.noise * factor(tables.noise)) * factor(tables.per_signal);
    const auto clean = torch::minimum(torch::maximum(free, low), high);
    predicted.noise = (z - clean * factor(tables.signal)) * factor(tables.per_noise);
    return predicted;
  };
}

}  // namespace syncgap::diffusion
