#pragma once

#include <torch/types.h>
#include <vector>

#include "experiments/shared/mode_options.h"
#include "experiments/shared/replica_noise.h"
#include "experiments/shared/replica_plan.h"
#include "experiments/shared/tapped_denoiser.torch.h"

namespace syncgap::experiments {

/// Fixed directions of the differences that enter each of L blocks.
struct StartModes {
  /// (N, K + F, D) of each block, of unit length: modes, then bands. Zero where there are fewer.
  std::vector<torch::Tensor> directions;
  /// Variances along the modes, (K) of each block: 0 where there is no such mode. dit (42)
  std::vector<std::vector<double>> variances;
};

/// From pairs of their own, numbered behind the real ones, that are not coupled: the same on every
/// rank, each of which computes them.
StartModes start_modes(const ReplicaPlan& plan, const ModeOptions& options,
                       const TappedDenoiser& denoiser, const ReplicaNoise& noise,
                       std::int64_t told_class);

}  // namespace syncgap::experiments
