#pragma once

#include <cstdint>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>
#include <vector>

#include "core/random.h"
#include "networks/block_response.h"
#include "networks/blocks_by_rows.h"
#include "networks/dit_shape.h"
#include "networks/layer_taps.torch.h"
#include "networks/replica_attention.h"

namespace syncgap::networks {

// Shapes: B rows of P replicas, N tokens of D channels, L blocks.

/// A block: attention, then a perceptron, each behind a norm whose scale and shift the condition
/// gives, and added through a gate that it gives, too. Replicas share the condition of their row.
class DiTBlockImpl : public torch::nn::Module {
 public:
  explicit DiTBlockImpl(const DiTShape& shape);
  /// tokens (B, N, D) of each replica, condition (B, D) after its SiLU -> (B, N, D) of each
  Replicas forward(const Replicas& tokens, const torch::Tensor& condition,
                   const CoupledRows& coupled);
  /// The same of tokens (B, P, N, D) -> (B, P, N, D), where BlockByRows::can.
  torch::Tensor by_rows(const torch::Tensor& tokens, const torch::Tensor& condition,
                        const CoupledRows& coupled);
  const BlockLayers& layers() const { return layers_; }

 private:
  std::int64_t heads_;
  double epsilon_;
  BlockLayers layers_;
  BlockByRows by_rows_;
};
TORCH_MODULE(DiTBlock);

/// What is told of the rows of a batch. Label and coupling may be undefined: there is none.
struct DiTConditions {
  torch::Tensor steps;   ///< (B)
  torch::Tensor labels;  ///< (B) int64; the null label is the number of classes
  /// g in [0, 1], (B), or (B, L) where blocks differ, (B, L, h) where heads do; best on the CPU
  torch::Tensor coupling;
  Context context = Context::own;  ///< in every block; another one goes without coupling
  /// Weights of who sees whom where rows are coupled, (P, P) on the CPU, or undefined for a pair
  torch::Tensor graph = {};
};

struct DiTOutput {
  torch::Tensor noise;  ///< (B, P, C, H, W)
  /// v of the same shape where it is learned: the reverse step's log variance is a share (1 + v) /
  /// 2 of the forward step's and the rest of the posterior's. Not bounded.
  torch::Tensor variance;
};

/// A diffusion transformer whose replicas may see each other in every attention. Tensors have their
/// published names, the positions among them, so that published files load as they are. Labels are
/// dropped by the caller, who gives the null label: nothing here is random. dit (13)-(19)
class DiTImpl : public torch::nn::Module {
 public:
  /// Throws InputError where there is no network of this shape. Weights want initialize() or a
  /// file.
  explicit DiTImpl(DiTShape shape);

  /// As published: xavier for linear layers, normal numbers of 0.02 for labels and the step's
  /// perceptron, zero for what modulates and for the output. Each tensor has numbers of its own.
  void initialize(const RandomStream& stream);

  /// states (B, P, C, S, S), on the network's device; labels and coupling that lie on the CPU are
  /// checked, and throw InputError, as do a replaced context beside a coupling and the other
  /// replica's where there is none. Output of the states' type. The residual stream is single
  /// precision under mixed precision, too.
  DiTOutput forward(const torch::Tensor& states, const DiTConditions& conditions,
                    const LayerTap& tap = {}, const LayerChange& change = {});
  const DiTShape& shape() const { return shape_; }
  /// Largest difference of the positions from their formula: rounding, where they are of a file
  /// that was averaged while it was trained.
  double position_error() const;

  // To first order about symmetric states, by exact tangents; in dit_response.torch.cc.

  /// What all rows of a batch are told, after its SiLU: (B, D)
  torch::Tensor condition(const DiTConditions& conditions, std::int64_t rows);
  /// Block number `block`, from 0, at tokens (B, N, D) as they enter it, and condition (1, D).
  BlockResponse response(std::int64_t block, const torch::Tensor& tokens,
                         const torch::Tensor& condition) const;
  /// Changes of tokens that changes of images make: (B, T, C, S, S) -> (B, N, T, D)
  torch::Tensor embedded_changes(const torch::Tensor& images) const;
  /// Changes of the predicted noise that changes (B, N, T, D) of tokens make as they leave the last
  /// block, at tokens (B, N, D) and condition (1, D) -> (B, T, C, S, S)
  torch::Tensor predicted_changes(const torch::Tensor& tokens, const torch::Tensor& changes,
                                  const torch::Tensor& condition) const;

 private:
  // What enters and what leaves the blocks is a hundredth of the work, and single precision always:
  // images have more than bfloat16's eight bits.
  torch::Tensor embed(const torch::Tensor& images);  // (B, N, D)
  torch::Tensor read_out(const torch::Tensor& tokens, const torch::Tensor& condition);
  Replicas through_blocks(Replicas replicas, const torch::Tensor& condition,
                          const ReplicaCoupling& coupling, Context context, const LayerTap& tap,
                          const LayerChange& change);

  DiTShape shape_;
  torch::Tensor positions_;  // (1, N, D): a buffer, so that training leaves it alone
  torch::nn::Conv2d patches_{nullptr};
  torch::nn::Linear step1_{nullptr}, step2_{nullptr};
  torch::nn::Embedding labels_{nullptr};  // or none
  std::vector<DiTBlock> blocks_;
  torch::nn::Linear modulation_{nullptr}, out_{nullptr};
};
TORCH_MODULE(DiT);

}  // namespace syncgap::networks
