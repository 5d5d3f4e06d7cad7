#pragma once

#include <torch/types.h>

namespace syncgap::networks {

/// x Phi(x) with the normal distribution's tanh form, of any shape. In single precision on the CPU
/// by vectors as wide as the processor's, forward and backward.
torch::Tensor tanh_gelu(const torch::Tensor& x);
/// Its derivative, by the same means, with no history of its own.
torch::Tensor tanh_gelu_slope(const torch::Tensor& x);

}  // namespace syncgap::networks
