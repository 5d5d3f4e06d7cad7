#pragma once

#include <torch/nn/modules/normalization.h>
#include <torch/types.h>

#include "networks/group_norm_kernels.h"

namespace syncgap::networks {

/// f(group_norm(x + shift)) with f of `activation`: x (B, C, H, W); shift (B, C), or undefined for
/// none. One kernel on channels-last batches of floats on the CPU, LibTorch's operations otherwise.
/// Differentiable once.
torch::Tensor activated_norm(const torch::nn::GroupNorm& norm, const torch::Tensor& x,
                             const torch::Tensor& shift, Activation activation);

}  // namespace syncgap::networks
