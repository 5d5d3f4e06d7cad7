#include "diffusion/step_table.h"

#include <cmath>
#include <vector>

namespace syncgap::diffusion {

StepTable::StepTable(const NoiseSchedule& schedule,
                     const std::function<double(double abar)>& function) {
  std::vector<double> values;
  for (std::int64_t t = 0; t < schedule.steps(); ++t)
    values.push_back(function(schedule.alpha_bar(t)));
  exact_ = torch::tensor(values, torch::kFloat64);
}

torch::Tensor StepTable::of(const torch::Tensor& steps, const torch::Tensor& states) {
  // A copy to a device waits for it: not in every step.
  if (!values_.defined() || values_.device() != states.device() ||
      values_.scalar_type() != states.scalar_type())
    values_ = exact_.to(states.options());
  return values_.index_select(0, steps).view({-1, 1, 1, 1, 1});
}

StepTable signal_amplitude(const NoiseSchedule& schedule) {
  return {schedule, [](double abar) { return std::sqrt(abar); }};
}

StepTable noise_amplitude(const NoiseSchedule& schedule) {
  return {schedule, [](double abar) { return std::sqrt(1 - abar); }};
}

}  // namespace syncgap::diffusion
