#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <torch/types.h>

#include "training/training_options.h"

namespace syncgap::training {

/// Adam (beta 0.9, 0.999; epsilon 1e-8) with clipped gradients and decoupled weight decay, and the
/// exponential moving average that samples are drawn with. Works on flat tensors; never waits for
/// the device.
class Optimizer {
 public:
  /// `values` and `gradients` are (P) and stay the caller's; `total_steps` is where a falling
  /// learning rate ends.
  Optimizer(torch::Tensor values, torch::Tensor gradients, OptimizerOptions options,
            std::int64_t total_steps);

  /// One step with the gradients as they are. The norm before clipping is added to norm_sum().
  void step();
  std::int64_t steps() const { return steps_; }
  /// Sum of gradient norms since it was last reset, on the device.
  const torch::Tensor& norm_sum() const { return norm_sum_; }
  /// The averaged parameters; early on over the steps there are, not over the start.
  const torch::Tensor& average() const { return average_; }

  /// Everything a resumed training needs beside the parameters, on the CPU.
  std::map<std::string, torch::Tensor> state() const;
  void restore(const std::map<std::string, torch::Tensor>& state);

 private:
  /// Of the step that is taken, 1 to total_steps.
  double learning_rate() const;

  torch::Tensor values_, gradients_;
  OptimizerOptions options_;
  std::int64_t total_steps_;
  torch::Tensor mean_, square_, average_, norm_sum_;
  std::int64_t steps_ = 0;
};

}  // namespace syncgap::training
