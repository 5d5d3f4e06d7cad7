#include "networks/resnet50.h"

#include <c10/core/impl/LocalDispatchKeySet.h>

#include "core/check.h"
#include "core/expect_shape.h"
#include "networks/weight_file.h"

namespace syncgap::networks {
namespace {

using torch::Tensor;

/// Without bias: the norm behind it has one.
torch::nn::Conv2d unbiased(std::int64_t in, std::int64_t out, std::int64_t size,
                           std::int64_t stride = 1) {
  return loaded_convolution(in, out, size, stride, false);
}

}  // namespace

BottleneckImpl::BottleneckImpl(std::int64_t in, std::int64_t inside, std::int64_t stride)
    : conv1_(register_module("conv1", unbiased(in, inside, 1))),
      conv2_(register_module("conv2", unbiased(inside, inside, 3, stride))),
      conv3_(register_module("conv3", unbiased(inside, ResNet50Shape::kExpansion * inside, 1))),
      norm1_(register_module("bn1", LoadedBatchNorm(inside))),
      norm2_(register_module("bn2", LoadedBatchNorm(inside))),
      norm3_(register_module("bn3", LoadedBatchNorm(ResNet50Shape::kExpansion * inside))) {
  const auto out = ResNet50Shape::kExpansion * inside;
  if (stride == 1 && in == out) return;
  const auto skip = name_level(*this, "downsample");
  skip_ = skip->register_module("0", unbiased(in, out, 1, stride));
  skip_norm_ = skip->register_module("1", LoadedBatchNorm(out));
}

Tensor BottleneckImpl::forward(const Tensor& x) {
  auto h = norm1_(conv1_(x)).relu_();
  h = norm2_(conv2_(h)).relu_();
  h = norm3_(conv3_(h));
  return (h + (skip_ ? skip_norm_(skip_(x)) : x)).relu_();
}

ResNet50Impl::ResNet50Impl(ResNet50Shape shape) : shape_(shape) {
  shape_.check();
  conv1_ = register_module("conv1", unbiased(3, shape_.width, 7, 2));
  norm1_ = register_module("bn1", LoadedBatchNorm(shape_.width));
  std::int64_t channels = shape_.width, inside = shape_.width, number = 0;
  for (const std::int64_t many : shape_.blocks) {
    const auto level = name_level(*this, concat("layer", ++number));
    for (std::int64_t k = 0; k < many; ++k) {
      const std::int64_t stride = k == 0 && number > 1 ? 2 : 1;
      blocks_.push_back(
          level->register_module(std::to_string(k), Bottleneck(channels, inside, stride)));
      channels = ResNet50Shape::kExpansion * inside;
    }
    inside *= 2;
  }
  fc_ = register_module("fc", loaded_linear(channels, shape_.classes));
}

ResNet50Output ResNet50Impl::forward(const Tensor& images) {
  require_input(
      images.dim() == 4 && images.size(1) == 3 && images.size(2) > 0 && images.size(3) > 0,
      "a residual network sees images of three colours (they are ", shape_text(images.sizes()),
      ", expected (B, 3, H, W))");
  const c10::impl::ExcludeDispatchKeyGuard single(c10::autocast_dispatch_keyset);
  auto x = images.to(conv1_->weight.scalar_type()).contiguous(torch::MemoryFormat::ChannelsLast);
  x = torch::max_pool2d(norm1_(conv1_(x)).relu_(), 3, 2, 1);
  for (Bottleneck& block : blocks_) x = block(x);
  const auto features = x.mean({2, 3});
  return {features, fc_(features)};
}

void load_resnet50(ResNet50& network, const std::map<std::string, Tensor>& published,
                   const std::string& where) {
  auto tensors = published;
  for (const auto& item : network->named_buffers()) {
    const std::string& name = item.key();  // of a norm: BN.running_mean and BN.running_var
    tensors.erase(name.substr(0, name.rfind('.') + 1) + "num_batches_tracked");
  }
  load_tensors(*network, tensors, where);
}

}  // namespace syncgap::networks
