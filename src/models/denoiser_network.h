#pragma once

#include <cstdint>
#include <memory>
#include <torch/nn/module.h>

#include "diffusion/conditions.torch.h"
#include "networks/unet.h"

namespace syncgap::models {

/// What every network that denoises promises, whatever is behind it.
class DenoiserNetwork {
 public:
  virtual ~DenoiserNetwork() = default;

  /// States (B, P, C, H, W) and what is told of them, on the network's device. Gradients flow.
  virtual diffusion::Prediction predict(const torch::Tensor& states,
                                        const diffusion::Conditions& conditions) = 0;
  virtual torch::nn::Module& module() = 0;
};

/// A U-Net sees the replicas of a state as channels, (B, P C, H, W); it takes no label and no
/// coupling.
std::unique_ptr<DenoiserNetwork> make_unet(const networks::UNetShape& shape);

}  // namespace syncgap::models
