#include "networks/classifier.h"

#include <iterator>
#include <torch/nn.h>

#include "core/check.h"

// Shapes: B images of C channels and H x W pixels.
namespace syncgap::networks {
namespace {

namespace nn = torch::nn;
using torch::Tensor;

/// Without bias: the norm behind it has one.
nn::Conv2d unbiased_convolution(std::int64_t in, std::int64_t out, std::int64_t size,
                                std::int64_t stride) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, size).stride(stride).padding(size / 2).bias(false));
}

nn::GroupNorm norm(std::int64_t channels) {
  return nn::GroupNorm(nn::GroupNormOptions(ClassifierShape::kGroups, channels));
}

std::int64_t half(std::int64_t side) { return (side + 1) / 2; }

/// Two convolutions around which the input is added: the "basic block".
class BasicBlockImpl : public nn::Module {
 public:
  BasicBlockImpl(std::int64_t in, std::int64_t out, std::int64_t stride)
      : conv1_(register_module("conv1", unbiased_convolution(in, out, 3, stride))),
        conv2_(register_module("conv2", unbiased_convolution(out, out, 3, 1))),
        norm1_(register_module("norm1", norm(out))),
        norm2_(register_module("norm2", norm(out))) {
    if (stride == 1 && in == out) return;
    skip_ = register_module("skip", unbiased_convolution(in, out, 1, stride));
    skip_norm_ = register_module("skip_norm", norm(out));
  }

  Tensor forward(const Tensor& x) {
    const auto h = norm2_(conv2_(torch::relu(norm1_(conv1_(x)))));
    return torch::relu(h + (skip_ ? skip_norm_(skip_(x)) : x));
  }

 private:
  nn::Conv2d conv1_, conv2_, skip_{nullptr};
  nn::GroupNorm norm1_, norm2_, skip_norm_{nullptr};
};
TORCH_MODULE(BasicBlock);

nn::Sequential make_cnn(const ClassifierShape& shape) {
  const std::int64_t width = shape.width, last = half(half(shape.side));
  return nn::Sequential(unbiased_convolution(shape.channels, width, 3, 1), norm(width), nn::ReLU(),
                        unbiased_convolution(width, 2 * width, 3, 2), norm(2 * width), nn::ReLU(),
                        unbiased_convolution(2 * width, 4 * width, 3, 2), norm(4 * width),
                        nn::ReLU(), nn::Flatten(),
                        nn::Linear(4 * width * last * last, shape.classes));
}

nn::Sequential make_resnet18(const ClassifierShape& shape) {
  const bool large = shape.stem == Stem::large;
  nn::Sequential layers(
      unbiased_convolution(shape.channels, shape.width, large ? 7 : 3, large ? 2 : 1),
      norm(shape.width), nn::ReLU());
  if (large) layers->push_back(nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2).padding(1)));
  std::int64_t channels = shape.width;
  for (std::int64_t level = 0; level < 4; ++level) {
    const std::int64_t out = shape.width << level;
    layers->push_back(BasicBlock(channels, out, level == 0 ? 1 : 2));
    layers->push_back(BasicBlock(out, out, 1));
    channels = out;
  }
  layers->push_back(nn::AdaptiveAvgPool2d(nn::AdaptiveAvgPool2dOptions(1)));
  layers->push_back(nn::Flatten());
  layers->push_back(nn::Linear(channels, shape.classes));
  return layers;
}

}  // namespace

ClassifierImpl::ClassifierImpl(ClassifierShape shape) : shape_(shape) {
  shape_.check();
  body_ = register_module(
      "body", shape_.kind == ClassifierKind::resnet18 ? make_resnet18(shape_) : make_cnn(shape_));
}

Tensor ClassifierImpl::features(const Tensor& images) {
  SYNCGAP_EXPECTS(shape_.symmetry == SignSymmetry::none);
  auto x = images;
  for (auto layer = body_->begin(); layer != std::prev(body_->end()); ++layer)
    x = layer->any_forward(x).get<Tensor>();
  return x;
}

Tensor ClassifierImpl::logits_of(const Tensor& features) {
  return std::prev(body_->end())->any_forward(features).get<Tensor>();
}

Tensor ClassifierImpl::forward(const Tensor& images) {
  if (shape_.symmetry == SignSymmetry::none) return body_->forward(images);
  const auto both = body_->forward(torch::cat({images, -images}));  // (2 B, K)
  const auto count = images.size(0);
  return 0.5 * (both.narrow(0, 0, count) + both.narrow(0, count, count));
}

}  // namespace syncgap::networks
