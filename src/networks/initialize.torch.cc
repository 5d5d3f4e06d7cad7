#include "networks/initialize.h"

#include <cmath>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <vector>

#include "core/numbers.h"

namespace syncgap::networks {
namespace {

void copy_numbers(torch::Tensor& parameter, std::vector<float>& numbers) {
  parameter.copy_(torch::from_blob(numbers.data(), parameter.sizes(), torch::kFloat32));
}

}  // namespace

void fill_uniforms(torch::Tensor& parameter, double bound, const RandomStream& stream,
                   std::uint64_t place) {
  std::vector<float> numbers(parameter.numel());
  stream.fill_uniforms<float>(place, 0, numbers);
  for (float& number : numbers) number = to_float(bound) * (2.0F * number - 1.0F);
  copy_numbers(parameter, numbers);
}

void fill_normals(torch::Tensor& parameter, float deviation, const RandomStream& stream,
                  std::uint64_t place) {
  std::vector<float> numbers(parameter.numel());
  stream.fill_normals<float>(place, 0, numbers);
  for (float& number : numbers) number *= deviation;
  copy_numbers(parameter, numbers);
}

void initialize(torch::nn::Module& network, const RandomStream& stream) {
  const torch::NoGradGuard no_grad;
  std::uint64_t place = 0;
  for (const auto& layer : network.modules()) {
    torch::Tensor weight, bias;
    if (const auto* convolution = layer->as<torch::nn::Conv2dImpl>()) {
      weight = convolution->weight;
      bias = convolution->bias;
    } else if (const auto* linear = layer->as<torch::nn::LinearImpl>()) {
      weight = linear->weight;
      bias = linear->bias;
    }
    if (!weight.defined()) continue;
    place += 2;
    // A layer made to start at zero has a zero bias, too; a fresh one never has.
    if (weight.abs().max().item<double>() == 0) continue;
    const double bound = 1.0 / std::sqrt(to_real(weight.numel() / weight.size(0)));
    fill_uniforms(weight, bound, stream, place);
    if (bias.defined()) fill_uniforms(bias, bound, stream, place + 1);
  }
}

std::int64_t parameter_count(const torch::nn::Module& network) {
  std::int64_t count = 0;
  for (const auto& parameter : network.parameters()) count += parameter.numel();
  return count;
}

}  // namespace syncgap::networks
