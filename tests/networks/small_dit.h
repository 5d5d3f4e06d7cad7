#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <torch/nn/module.h>
#include <torch/types.h>

#include "networks/dit.h"
#include "networks/made_up_numbers.h"

namespace syncgap::networks {

/// The formula of make_dit_golden.py.
inline void fill_dit(torch::nn::Module& network) {
  const torch::NoGradGuard no_grad;
  std::map<std::string, torch::Tensor> tensors;
  for (auto& item : network.named_parameters()) tensors[item.key()] = item.value();
  double k = 0;
  for (auto& [name, tensor] : tensors) {
    const auto inputs = static_cast<double>(tensor.numel() / tensor.size(0));
    tensor.copy_(wave(tensor.sizes(), k++) * (tensor.dim() == 1 ? 0.1 : 1 / std::sqrt(inputs)));
  }
}

/// Tokens, channels and heads that fill neither vectors nor tiles; learns a variance.
inline DiTShape small_dit() {
  return {.image_channels = 2,
          .side = 8,
          .patch = 2,
          .width = 24,
          .depth = 3,
          .heads = 3,
          .classes = 5,
          .learned_variance = true};
}

inline DiT filled_dit(const DiTShape& shape, torch::ScalarType type = torch::kFloat32) {
  DiT network(shape);
  network->to(type);
  fill_dit(*network);
  return network;
}

inline torch::Tensor dit_states(const DiTShape& shape, std::int64_t rows,
                                std::int64_t replicas = 2) {
  return wave({rows, replicas, shape.image_channels, shape.side, shape.side}, 0.5);
}

/// Noise and variance in the order of the published output.
inline torch::Tensor joined(const DiTOutput& out) {
  return out.variance.defined() ? torch::cat({out.noise, out.variance}, 2) : out.noise;
}

/// In single precision.
inline DiTOutput single(DiT& network, const torch::Tensor& states,
                        const DiTConditions& conditions) {
  return network(states.to(torch::kFloat32), conditions);
}

}  // namespace syncgap::networks
