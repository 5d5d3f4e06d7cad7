#pragma once

#include <cstdint>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>

#include "networks/linear_kernels.h"
#include "networks/replica_attention.h"

namespace syncgap::networks {

/// Linear layers of a transformer's block, and the one that its condition goes through.
struct BlockLayers {
  torch::nn::Linear qkv{nullptr}, proj{nullptr}, fc1{nullptr}, fc2{nullptr}, modulation{nullptr};
};

/// A linear layer's weights in the kernels' order, set anew where the layer's have changed since.
class PackedLayer {
 public:
  const PackedLinear& of(const torch::nn::Linear& layer, Precision precision);

 private:
  std::uint64_t checksum_ = 0;  // of the weights that are packed
  Precision precision_ = Precision::single;
  PackedLinear packed_;
};

/// A transformer's block by the kernel that takes a row at a time: what a row gives does not depend
/// on its batch, and is computed some times faster than operation by operation on narrow networks.
class BlockByRows {
 public:
  /// Whether the kernel computes what is asked for: tokens and weights of single precision on the
  /// CPU without gradients. Under mixed precision the products of rows are of bfloat16, attention
  /// stays single.
  static bool can(const BlockLayers& layers, const torch::Tensor& tokens);

  /// tokens (B, P, N, D), condition (B, D) after its SiLU -> (B, P, N, D), a tensor of its own
  torch::Tensor forward(const BlockLayers& layers, const torch::Tensor& tokens,
                        const torch::Tensor& condition, const CoupledRows& coupled,
                        std::int64_t heads, double epsilon);

 private:
  PackedLayer qkv_, proj_, fc1_, fc2_, modulation_;
};

}  // namespace syncgap::networks
