#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>
#include <vector>

#include "networks/loaded_layers.h"
#include "networks/resnet50_shape.h"

namespace syncgap::networks {

/// 1 x 1, 3 x 3 and 1 x 1 convolutions, around which the input is added. The stride is that of the
/// 3 x 3 one, as in the weights published since; in the paper it is the first's.
class BottleneckImpl : public torch::nn::Module {
 public:
  BottleneckImpl(std::int64_t in, std::int64_t inside, std::int64_t stride);
  torch::Tensor forward(const torch::Tensor& x);  ///< (B, C, H, W) -> (B, 4 inside, H', W')

 private:
  torch::nn::Conv2d conv1_, conv2_, conv3_, skip_{nullptr};
  LoadedBatchNorm norm1_, norm2_, norm3_, skip_norm_{nullptr};
};
TORCH_MODULE(Bottleneck);

struct ResNet50Output {
  torch::Tensor features;  ///< (B, 2048), means of what is behind a ReLU: none is negative
  torch::Tensor logits;    ///< (B, K)
};

/// ResNet-50 "v1.5" as torchvision and timm name its tensors, for features of images. Norms are
/// those of evaluation, always. Computes in the precision of its weights, mixed precision or not.
/// Weights are not trained; gradients by images exist.
class ResNet50Impl : public torch::nn::Module {
 public:
  /// Throws InputError where there is no network of this shape. Weights want load_resnet50().
  explicit ResNet50Impl(ResNet50Shape shape = {});
  /// Images (B, 3, H, W) as preprocess() makes them; any sides.
  ResNet50Output forward(const torch::Tensor& images);
  const ResNet50Shape& shape() const { return shape_; }

 private:
  ResNet50Shape shape_;
  torch::nn::Conv2d conv1_{nullptr};
  LoadedBatchNorm norm1_{nullptr};
  std::vector<Bottleneck> blocks_;
  torch::nn::Linear fc_{nullptr};
};
TORCH_MODULE(ResNet50);

/// Copies a published file's tensors into the network. `num_batches_tracked` of its norms, which
/// older files lack and which decides nothing, may be there or not. Throws one InputError that
/// names missing, unknown and misshapen tensors with `where`.
void load_resnet50(ResNet50& network, const std::map<std::string, torch::Tensor>& published,
                   const std::string& where);

}  // namespace syncgap::networks
