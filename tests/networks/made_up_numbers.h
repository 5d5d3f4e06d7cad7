#pragma once

#include <cmath>
#include <torch/nn/module.h>
#include <torch/types.h>

#include <gtest/gtest.h>

namespace syncgap::networks {

inline const auto kDouble = torch::dtype(torch::kFloat64);

// Numbers that tests and independent scripts both know.

/// cos(rate i + phase) of the i-th number of a tensor.
inline torch::Tensor wave(torch::IntArrayRef shape, double rate, double phase) {
  std::int64_t size = 1;
  for (const auto extent : shape) size *= extent;
  return torch::cos(torch::arange(size, torch::kFloat64) * rate + phase).reshape(shape);
}

/// The same with a phase that runs through the numbers: no two rows are alike.
inline torch::Tensor wave(torch::IntArrayRef shape, double k) {
  std::int64_t size = 1;
  for (const auto extent : shape) size *= extent;
  const auto i = torch::arange(size, torch::kFloat64), m = torch::remainder(i, 997);
  return torch::cos(i * 0.7 + k + m * m * 0.003).reshape(shape);
}

/// The gradient of `loss` in every parameter of a network in double is its slope along a direction.
template <class Loss>
void expect_gradients_are_slopes(torch::nn::Module& network, const Loss& loss) {
  loss().backward();
  double k = 0;
  for (const auto& item : network.named_parameters()) {
    auto parameter = item.value();
    const auto direction = wave(parameter.sizes(), 0.9, ++k);
    const double slope = (parameter.grad() * direction).sum().template item<double>();
    const torch::NoGradGuard no_grad;
    constexpr double h = 1e-4;
    parameter.add_(direction, h);
    const double above = loss().template item<double>();
    parameter.sub_(direction, 2 * h);
    const double below = loss().template item<double>();
    parameter.add_(direction, h);
    EXPECT_NEAR((above - below) / (2 * h), slope, 1e-4 * (1 + std::abs(slope))) << item.key();
  }
}

}  // namespace syncgap::networks
