#pragma once

#include <cstdint>
#include <torch/nn/module.h>
#include <torch/types.h>

#include "core/random.h"

namespace syncgap::networks {

/// Fills weights and biases of convolutions and linear layers uniformly in +-1/sqrt(inputs), each
/// from its own numbers of the stream by its name's place in the network: the same start on every
/// device and whatever other networks were made before. Layers that start at zero stay zero, norms
/// stay one and zero.
void initialize(torch::nn::Module& network, const RandomStream& stream);

/// Uniform numbers in +-bound, and normal ones: trial `place` of the stream.
void fill_uniforms(torch::Tensor& parameter, double bound, const RandomStream& stream,
                   std::uint64_t place);
void fill_normals(torch::Tensor& parameter, float deviation, const RandomStream& stream,
                  std::uint64_t place);

/// Numbers that training changes.
std::int64_t parameter_count(const torch::nn::Module& network);

}  // namespace syncgap::networks
