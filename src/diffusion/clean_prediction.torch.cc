#include "diffusion/clean_prediction.h"

#include <cmath>
#include <utility>
#include <vector>

namespace syncgap::diffusion {
namespace {

using torch::Tensor;

/// A function of the step, looked up for each row.
class StepTable {
 public:
  template <class Function>
  StepTable(const NoiseSchedule& schedule, const Function& of_alpha_bar) {
    std::vector<double> values;
    for (std::int64_t t = 0; t < schedule.steps(); ++t)
      values.push_back(of_alpha_bar(schedule.alpha_bar(t)));
    values_ = torch::tensor(values, torch::kFloat64);
  }

  /// (B) -> (B, 1, 1, 1, 1), of the states' type and device.
  Tensor of(const Tensor& steps, const Tensor& states) const {
    return values_.to(states.options()).index_select(0, steps).view({-1, 1, 1, 1, 1});
  }

 private:
  Tensor values_;
};

}  // namespace

Tensor predict_clean(const NoiseSchedule& schedule, const Tensor& states, const Tensor& noise,
                     std::int64_t t) {
  const double signal = schedule.alpha_bar(t);
  return (states - noise * std::sqrt(1 - signal)) * (1 / std::sqrt(signal));
}

Denoiser within_range(const NoiseSchedule& schedule, Denoiser denoiser, Tensor low, Tensor high) {
  struct Tables {
    StepTable signal, noise, per_signal, per_noise;
  };
  const Tables tables{{schedule, [](double abar) { return std::sqrt(abar); }},
                      {schedule, [](double abar) { return std::sqrt(1 - abar); }},
                      {schedule, [](double abar) { return 1 / std::sqrt(abar); }},
                      {schedule, [](double abar) { return 1 / std::sqrt(1 - abar); }}};
  return [tables, denoiser = std::move(denoiser), low = std::move(low), high = std::move(high)](
             const Tensor& z, const Conditions& conditions) {
    const auto factor = [&](const StepTable& table) { return table.of(conditions.step, z); };
    Prediction predicted = denoiser(z, conditions);
    const auto free = (z - predicted.noise * factor(tables.noise)) * factor(tables.per_signal);
    const auto clean =
        torch::minimum(torch::maximum(free, low.to(z.device())), high.to(z.device()));
    predicted.noise = (z - clean * factor(tables.signal)) * factor(tables.per_noise);
    return predicted;
  };
}

}  // namespace syncgap::diffusion
