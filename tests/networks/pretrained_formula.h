#pragma once

#include <cmath>
#include <map>
#include <string>
#include <torch/nn/module.h>
#include <torch/types.h>
#include <vector>

#include <gtest/gtest.h>

#include "networks/made_up_numbers.h"

namespace syncgap::networks {

// The formulas of make_pretrained_golden.py.

inline void fill_by_formula(torch::nn::Module& network) {
  const torch::NoGradGuard no_grad;
  std::map<std::string, torch::Tensor> tensors;
  for (auto& item : network.named_parameters()) tensors[item.key()] = item.value();
  for (auto& item : network.named_buffers()) tensors[item.key()] = item.value();
  double k = 0;
  for (auto& [name, tensor] : tensors) {
    const auto x = wave(tensor.sizes(), k++);
    if (tensor.dim() > 1)
      tensor.copy_(x / std::sqrt(static_cast<double>(tensor.numel() / tensor.size(0))));
    else if (name.ends_with(".weight"))
      tensor.copy_(1 + 0.2 * x);
    else if (name.ends_with(".running_var"))
      tensor.copy_(1 + 0.5 * x);
    else
      tensor.copy_(0.1 * x);
  }
}

inline torch::Tensor made_up_images(torch::IntArrayRef shape) { return 1.2 * wave(shape, 0.5); }

/// All numbers of a network's tensors.
inline std::int64_t number_count(const std::map<std::string, torch::Tensor>& tensors) {
  std::int64_t count = 0;
  for (const auto& item : tensors) count += item.second.numel();
  return count;
}

/// Tensors of a network have their published names and shapes.
inline void expect_shapes(const std::map<std::string, torch::Tensor>& tensors,
                          const std::map<std::string, std::vector<std::int64_t>>& published) {
  for (const auto& [name, shape] : published) {
    ASSERT_EQ(tensors.count(name), 1U) << name;
    EXPECT_EQ(tensors.at(name).sizes(), torch::IntArrayRef(shape)) << name;
  }
}

/// Largest difference, by the largest number.
inline double distance(const torch::Tensor& seen, const torch::Tensor& expected) {
  const auto exact = expected.to(torch::kFloat64);
  return ((seen.to(torch::kFloat64) - exact).abs().max() / exact.abs().max()).item<double>();
}

/// Every `every`-th number of `out` is the expected one.
inline void expect_golden(const torch::Tensor& out, std::int64_t every,
                          const std::vector<double>& expected, double tolerance) {
  const auto seen = out.flatten().slice(0, 0, out.numel(), every);
  ASSERT_EQ(seen.numel(), static_cast<std::int64_t>(expected.size()));
  EXPECT_LT(distance(seen, torch::tensor(expected, torch::kFloat64)), tolerance);
}

}  // namespace syncgap::networks
