#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>

namespace syncgap::networks {

// Layers that begin at zero, where LibTorch would draw numbers that nobody sees, seconds' worth of
// them. Those called loaded have their numbers from a file: none asks for gradients by its weights,
// they are not trained here.

torch::nn::Linear zero_linear(std::int64_t in, std::int64_t out);

/// size x size, padded so that stride 1 keeps the image's sides.
torch::nn::Conv2d loaded_convolution(std::int64_t in, std::int64_t out, std::int64_t size,
                                     std::int64_t stride = 1, bool bias = true);
torch::nn::Linear loaded_linear(std::int64_t in, std::int64_t out);

/// A norm by the mean and the variance that training has gathered, never by those of a batch: what
/// it makes of an image depends on that image alone.
class LoadedBatchNormImpl : public torch::nn::Module {
 public:
  explicit LoadedBatchNormImpl(std::int64_t channels);
  /// (B, C, H, W) -> the same
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::Tensor weight_, bias_, mean_, variance_;  // (C)
};
TORCH_MODULE(LoadedBatchNorm);

/// A level of published names that does nothing itself.
std::shared_ptr<torch::nn::Module> name_level(torch::nn::Module& parent, const std::string& name);

/// No tensor of the network asks for a gradient any more.
void freeze(torch::nn::Module& network);

}  // namespace syncgap::networks
