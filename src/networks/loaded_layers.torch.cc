#include "networks/loaded_layers.h"

namespace syncgap::networks {

namespace nn = torch::nn;
using torch::Tensor;

nn::Conv2d loaded_convolution(std::int64_t in, std::int64_t out, std::int64_t size,
                              std::int64_t stride, bool bias) {
  nn::Conv2d layer(nn::Conv2dOptions(1, 1, size).stride(stride).padding(size / 2).bias(bias));
  layer->options.in_channels(in).out_channels(out);
  layer->weight.set_data(torch::zeros({out, in, size, size}));
  if (bias) layer->bias.set_data(torch::zeros({out}));
  freeze(*layer);
  return layer;
}

nn::Linear zero_linear(std::int64_t in, std::int64_t out) {
  nn::Linear layer(1, 1);
  layer->options.in_features(in).out_features(out);
  layer->weight.set_data(torch::zeros({out, in}));
  layer->bias.set_data(torch::zeros({out}));
  return layer;
}

nn::Linear loaded_linear(std::int64_t in, std::int64_t out) {
  auto layer = zero_linear(in, out);
  freeze(*layer);
  return layer;
}

LoadedBatchNormImpl::LoadedBatchNormImpl(std::int64_t channels)
    : weight_(register_parameter("weight", torch::ones({channels}), false)),
      bias_(register_parameter("bias", torch::zeros({channels}), false)),
      mean_(register_buffer("running_mean", torch::zeros({channels}))),
      variance_(register_buffer("running_var", torch::ones({channels}))) {}

Tensor LoadedBatchNormImpl::forward(const Tensor& x) {
  constexpr double kMomentum = 0, kEpsilon = 1e-5;  // the published one
  return torch::batch_norm(x, weight_, bias_, mean_, variance_, false, kMomentum, kEpsilon, true);
}

std::shared_ptr<nn::Module> name_level(nn::Module& parent, const std::string& name) {
  return parent.register_module(name, std::make_shared<nn::Module>());
}

void freeze(nn::Module& network) {
  for (Tensor& parameter : network.parameters()) parameter.set_requires_grad(false);
}

}  // namespace syncgap::networks
