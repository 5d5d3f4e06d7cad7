#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/types.h>
#include <vector>

#include "networks/vae_shape.h"

namespace syncgap::networks {

// Shapes: B images of C channels and N = H W pixels.

/// Two convolutions, each behind a norm and a SiLU, around which the input is added.
class VaeResidualImpl : public torch::nn::Module {
 public:
  VaeResidualImpl(std::int64_t in, std::int64_t out, const VaeShape& shape);
  torch::Tensor forward(const torch::Tensor& x);  ///< (B, C, H, W) -> (B, C_out, H, W)

 private:
  torch::nn::GroupNorm norm1_, norm2_;
  torch::nn::Conv2d conv1_, conv2_, shortcut_{nullptr};
};
TORCH_MODULE(VaeResidual);

/// Each pixel sees all others through one head of all channels.
class VaeAttentionImpl : public torch::nn::Module {
 public:
  VaeAttentionImpl(std::int64_t channels, const VaeShape& shape);
  torch::Tensor forward(const torch::Tensor& x);  ///< (B, C, H, W) -> the same

 private:
  torch::nn::GroupNorm norm_;
  torch::nn::Linear q_, k_, v_, out_{nullptr};
};
TORCH_MODULE(VaeAttention);

/// The decoder, and the 1 x 1 convolution `post_quant_conv` before it. Tensors have the names they
/// are published under today. Of the type of its weights, single or double, under mixed precision
/// too: half precision makes errors of the size of late fine differences between images. (A device
/// may still multiply single precision with 11 bits, unless the program forbids it TF32.) Weights
/// are not trained; gradients by latents exist.
class VaeDecoderImpl : public torch::nn::Module {
 public:
  /// Throws InputError where there is no network of this shape. Weights want load_vae_decoder().
  explicit VaeDecoderImpl(VaeShape shape = {});

  /// Latents (B, c, h, w) of a diffusion network -> images (B, C, factor h, factor w), about -1 to
  /// 1 but not bounded, of the latents' type. Latents are divided by `scaling` first. Images are
  /// decoded one by one: memory is that of one, and an image's bits do not depend on its batch.
  torch::Tensor forward(const torch::Tensor& latents, double scaling = VaeShape::kScaling);
  const VaeShape& shape() const { return shape_; }

 private:
  struct Level {
    std::vector<VaeResidual> blocks;
    torch::nn::Conv2d enlarged{nullptr};  // behind the doubling of sides; none on the finest
  };
  torch::Tensor decode(const torch::Tensor& latent);

  VaeShape shape_;
  torch::nn::Conv2d post_quant_{nullptr}, in_{nullptr}, out_{nullptr};
  VaeResidual before_{nullptr}, after_{nullptr};
  VaeAttention attention_{nullptr};
  std::vector<Level> levels_;  // coarsest first
  torch::nn::GroupNorm norm_{nullptr};
};
TORCH_MODULE(VaeDecoder);

/// The decoder's tensors of a published file, by the names of today. Knows three sets of names:
/// those; the same with an older attention (query, key, value, proj_attn); and those of the
/// original code (decoder.mid.*, decoder.up.* with the finest level first, attention as 1 x 1
/// convolutions). Where some names begin with "first_stage_model.", the file holds more networks
/// and those names alone are read. The encoder, and what training alone needed (loss.*,
/// model_ema.*), is passed over; a name that is not understood stays as it is. Throws InputError if
/// one tensor is there under two names.
std::map<std::string, torch::Tensor> vae_decoder_tensors(
    const std::map<std::string, torch::Tensor>& published, const VaeShape& shape);

/// Copies a published file's tensors into the network, whichever names it has. Throws one
/// InputError that names missing, unknown and misshapen tensors with `where`.
void load_vae_decoder(VaeDecoder& network, const std::map<std::string, torch::Tensor>& published,
                      const std::string& where);

}  // namespace syncgap::networks
