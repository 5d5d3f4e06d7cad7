#pragma once

#include <cstdint>
#include <string>
#include <torch/nn/module.h>
#include <torch/types.h>

namespace syncgap::training {

/// All parameters of a network in one buffer and all gradients in another, so that an optimizer
/// step, a moving average or a sum over ranks is one operation on one tensor. The network keeps
/// working on views into them. Parameters lie in the order of their names' registration.
class FlatParameters {
 public:
  /// Moves the parameters of a network of one element type, on whatever device they are.
  explicit FlatParameters(torch::nn::Module& network);

  const torch::Tensor& values() const { return values_; }        ///< (P)
  const torch::Tensor& gradients() const { return gradients_; }  ///< (P)
  std::int64_t size() const { return values_.numel(); }

 private:
  torch::Tensor values_, gradients_;
};

}  // namespace syncgap::training
