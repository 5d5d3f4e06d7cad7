#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <torch/nn/module.h>

#include "core/random.h"
#include "diffusion/conditions.torch.h"
#include "networks/context.h"
#include "networks/dit_shape.h"
#include "networks/layer_taps.torch.h"
#include "networks/unet.h"

namespace syncgap::models {

/// What every network that denoises promises, whatever is behind it.
class DenoiserNetwork {
 public:
  virtual ~DenoiserNetwork() = default;

  /// States (B, P, C, H, W) and what is told of them, on the network's device. Gradients flow.
  virtual diffusion::Prediction predict(const torch::Tensor& states,
                                        const diffusion::Conditions& conditions) = 0;
  /// There is an attention whose context can be replaced.
  virtual bool has_context() const { return false; }
  /// What predict does where the context of every attention is another one; rows are then coupled
  /// by nothing. Throws InputError for another one than its own where there is none to replace.
  virtual diffusion::Prediction predict_in(networks::Context context, const torch::Tensor& states,
                                           const diffusion::Conditions& conditions);
  /// The same, its layers looked at. Throws InputError where there are none.
  virtual diffusion::Prediction predict_tapped(const networks::LayerTap& tap,
                                               const torch::Tensor& states,
                                               const diffusion::Conditions& conditions);
  virtual torch::nn::Module& module() = 0;
  /// What is odd about weights that were read, in words; empty where nothing is.
  virtual std::string doubt() const { return {}; }
  /// Weights that training starts from.
  virtual void initialize(const RandomStream& stream);
};

/// A U-Net sees the replicas of a state as channels, (B, P C, H, W); it takes no label and no
/// coupling.
std::unique_ptr<DenoiserNetwork> make_unet(const networks::UNetShape& shape);

/// A transformer sees the replicas of a state as two images that attend to each other as strongly
/// as the rows' coupling says, (B), (B, L) or (B, L, h); without it each by itself. Rows without a
/// label have the null label. Throws InputError where there is no such network.
std::unique_ptr<DenoiserNetwork> make_dit(const networks::DiTShape& shape);

}  // namespace syncgap::models
