#include "networks/tensor_values.h"

namespace syncgap::networks {

std::vector<double> values_of(const torch::Tensor& tensor) {
  const auto host = tensor.to(torch::kCPU, torch::kFloat64).contiguous();
  return {host.data_ptr<double>(), host.data_ptr<double>() + host.numel()};
}

torch::Tensor tensor_of(const std::vector<double>& values) {
  return torch::tensor(values, torch::kFloat64);
}

}  // namespace syncgap::networks
