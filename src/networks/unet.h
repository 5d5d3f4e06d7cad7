#pragma once

#include <cstdint>
#include <string>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/types.h>
#include <vector>

#include "networks/unet_shape.h"

namespace syncgap::networks {

/// Sinusoidal embedding of diffusion steps: cos and sin of step * 10^(-4 k / half), half of each.
/// (B) -> (B, size)
torch::Tensor embed_steps(const torch::Tensor& steps, std::int64_t size);

/// Group norm, SiLU, convolution, twice, with the step added in between; the second convolution
/// starts at zero, so that a fresh block hands its input on. (B, C_in, H, W) -> (B, C_out, H, W)
class ResidualBlockImpl : public torch::nn::Module {
 public:
  ResidualBlockImpl(std::int64_t in, std::int64_t out, std::int64_t embedding,
                    const UNetShape& shape);
  /// `step`: SiLU of the step's embedding, (B, embedding)
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& step);

 private:
  torch::nn::GroupNorm norm1_{nullptr}, norm2_{nullptr};
  torch::nn::Conv2d conv1_{nullptr}, conv2_{nullptr}, skip_{nullptr};
  torch::nn::Linear step_{nullptr};
};
TORCH_MODULE(ResidualBlock);

/// Self-attention over all pixels, added to its input. (B, C, H, W) -> (B, C, H, W)
class PixelAttentionImpl : public torch::nn::Module {
 public:
  PixelAttentionImpl(std::int64_t channels, const UNetShape& shape);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  std::int64_t heads_;
  torch::nn::GroupNorm norm_{nullptr};
  torch::nn::Conv2d qkv_{nullptr}, out_{nullptr};
};
TORCH_MODULE(PixelAttention);

/// The denoiser: noise in images at given diffusion steps. multimodal sec. 5, regimes app. D
class UNetImpl : public torch::nn::Module {
 public:
  explicit UNetImpl(UNetShape shape);
  /// images (B, C, H, W), steps (B) -> (B, C, H, W), of the images' type and device
  torch::Tensor forward(const torch::Tensor& images, const torch::Tensor& steps);
  const UNetShape& shape() const { return shape_; }

 private:
  struct Stage {
    ResidualBlock block{nullptr};
    PixelAttention attention{nullptr};  // or none
    torch::nn::Conv2d resize{
        nullptr};  // or none: stride 2 on the way down, after x 2 on the way up
  };
  torch::Tensor run(Stage& stage, torch::Tensor x, const torch::Tensor& step);
  Stage make_stage(const std::string& name, std::int64_t in, std::int64_t out, bool attends);

  UNetShape shape_;
  torch::nn::Linear embed1_{nullptr}, embed2_{nullptr};
  torch::nn::Conv2d in_{nullptr}, out_{nullptr};
  torch::nn::GroupNorm norm_{nullptr};
  std::vector<Stage> down_, middle_, up_;
};
TORCH_MODULE(UNet);

}  // namespace syncgap::networks
