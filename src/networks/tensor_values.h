#pragma once

#include <torch/types.h>
#include <vector>

namespace syncgap::networks {

/// All numbers of a tensor in order, from whatever device and type it has.
std::vector<double> values_of(const torch::Tensor& tensor);

/// (n), double, on the CPU.
torch::Tensor tensor_of(const std::vector<double>& values);

}  // namespace syncgap::networks
