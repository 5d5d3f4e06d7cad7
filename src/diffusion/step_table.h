#pragma once

#include <functional>
#include <torch/types.h>

#include "diffusion/noise_schedule.h"

namespace syncgap::diffusion {

/// A function of abar_t, looked up for each row of a batch. Computed in double once, and brought to
/// the type and device of the states where these change.
class StepTable {
 public:
  StepTable(const NoiseSchedule& schedule, const std::function<double(double abar)>& function);

  /// Of steps (B): (B, 1, 1, 1, 1), of the states' type and device.
  torch::Tensor of(const torch::Tensor& steps, const torch::Tensor& states);

 private:
  torch::Tensor exact_, values_;  // (T)
};

/// Amplitudes of z_t = signal z_0 + noise eps: sqrt(abar_t), sqrt(1 - abar_t).
StepTable signal_amplitude(const NoiseSchedule& schedule);
StepTable noise_amplitude(const NoiseSchedule& schedule);

}  // namespace syncgap::diffusion
