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

namespace syncgap::networks {
class DiTImpl;
}

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
  /// The same, tokens of its layers changed. Throws InputError where there are none.
  virtual diffusion::Prediction predict_changed(const networks::LayerChange& change,
                                                const torch::Tensor& states,
                                                const diffusion::Conditions& conditions);
  virtual torch::nn::Module& module() = 0;
  /// The transformer behind it, for what is asked of its blocks; none where it is another network.
  virtual networks::DiTImpl* transformer() { return nullptr; }
  /// What is odd about weights that were read, in words; empty where nothing is.
  virtual std::string doubt() const { return {}; }
  /// Weights that training starts from.
  virtual void initialize(const RandomStream& stream);
};

/// A U-Net sees the replicas of a state as channels, (B, P C, H, W); it takes no label and no
/// coupling.
std::unique_ptr<DenoiserNetwork> make_unet(const networks::UNetShape& shape);

/// What a transformer takes the replicas of a state for.
///   apart  two images that attend to each other as strongly as the rows' coupling says, (B),
///          (B, L) or (B, L, h); without it each by itself
///   joint  one image of P C channels, as a U-Net does: a token is a patch of all replicas, and the
///          network one of their joint distribution; coupling rows throws InputError
enum class ReplicaView { apart, joint };

/// A transformer. Rows without a label have the null label. Throws InputError where there is no
/// such network.
std::unique_ptr<DenoiserNetwork> make_dit(const networks::DiTShape& shape,
                                          ReplicaView view = ReplicaView::apart);

}  // namespace syncgap::models
