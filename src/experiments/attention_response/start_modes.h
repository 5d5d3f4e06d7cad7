#pragma once

#include <functional>
#include <torch/types.h>
#include <vector>

#include "diffusion/conditions.torch.h"
#include "experiments/attention_response/plan.h"
#include "experiments/shared/replica_noise.h"
#include "networks/layer_taps.torch.h"

namespace syncgap::experiments {

/// A denoiser whose layers are looked at.
using TappedDenoiser = std::function<diffusion::Denoiser(const networks::LayerTap&)>;

/// Fixed directions of the differences that enter each of L blocks.
struct StartModes {
  /// (N, K + F, D) of each block, of unit length: modes, then bands. Zero where there are fewer.
  std::vector<torch::Tensor> directions;
  /// Variances along the modes, (K) of each block: 0 where there is no such mode. dit (42)
  std::vector<std::vector<double>> variances;
};

/// From pairs of their own, numbered behind the real ones, that are not coupled: the same on every
/// rank, each of which computes them.
StartModes start_modes(const AttentionResponsePlan& plan, const TappedDenoiser& denoiser,
                       const ReplicaNoise& noise, std::int64_t told_class);

}  // namespace syncgap::experiments
