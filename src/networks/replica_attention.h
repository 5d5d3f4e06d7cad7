#pragma once

#include <cstdint>
#include <span>
#include <torch/types.h>
#include <vector>

#include "networks/context.h"

namespace syncgap::networks {

/// What a network has of its replicas, A then B, or more, or one by itself: a tensor each, of B
/// rows of N tokens of D channels. They meet only in attention, everything else is done to one
/// after the other: the bits of a matrix product depend on the place of a row in it, so replicas in
/// one product would differ where they are equal.
using Replicas = std::vector<torch::Tensor>;

/// Whose replicas see each other in one layer, and how strongly; or what they see instead.
struct CoupledRows {
  /// g in [0, 1] of the rows, (count) float, or (count, h) where heads differ; on the tokens'
  /// device
  torch::Tensor strength;
  std::int64_t first = 0;          ///< the first row that may see its partner
  std::int64_t count = 0;          ///< 0: every replica is by itself
  Context context = Context::own;  ///< of all rows; another one leaves nothing to couple
  /// w_ij >= 0 with which replica i sees replica j, (P, P) row by row, as theory::replica_weights
  /// has them; those of a pair
  std::vector<float> graph = {0, 1, 1, 0};
};

/// g of single rows, where it lies on the CPU.
class RowStrengths {
 public:
  RowStrengths(const CoupledRows& rows, std::int64_t heads);
  /// g of each head, (h); empty for rows that do not see their partner.
  std::span<const float> of(std::int64_t row) const;

 private:
  torch::Tensor strength_;  // (count, h), or undefined
  std::int64_t first_, count_, heads_;
};

/// Coupling strengths of a forward pass by row, layer and head.
class ReplicaCoupling {
 public:
  /// `strength`: g (B), or (B, L) where layers differ, (B, L, h) where heads do, or undefined for
  /// none. Where it lies on the CPU, rows of g = 0 before the first and after the last coupled one
  /// cost nothing, and a g outside [0, 1] throws InputError; elsewhere reading it would wait for
  /// the device. `graph` (P, P) on the CPU: weights of who sees whom, the same in all rows; or
  /// undefined for a pair.
  ReplicaCoupling(const torch::Tensor& strength, std::int64_t rows, std::int64_t layers,
                  std::int64_t heads, torch::Device device, const torch::Tensor& graph = {});

  CoupledRows at(std::int64_t layer) const;

 private:
  torch::Tensor strength_;                 // (B), (B, L) or (B, L, h), or undefined
  std::vector<std::int64_t> first_, end_;  // (L): coupled rows of each layer
  std::int64_t rows_, layers_;
  std::vector<float> graph_{0, 1, 1, 0};  // (P, P)
};

/// Self-attention of replicas that see each other with strength g: of A it is
///   (SA(A <- A) + g SA(A <- B)) / (1 + g),
/// the same for B, each attention normalised by itself; SA(A <- B) has queries of A, keys and
/// values of B. Of P replicas on a graph it is (own + g sum_j w_ij SA(i <- j)) / (1 + g sum_j
/// w_ij). Scores and softmax are single precision or better; no N x N matrix is kept where no
/// gradient is. Exchanging the replicas of a pair exchanges the results bit for bit, as turning
/// those of a ring or complete graph does, and g = 0 gives the bits of no coupling. dit (18)-(19)
/// Where the context is another one, it is SA(A <- B) and SA(B <- B), with the bits that B has by
/// itself, or the mean of each replica's values.
/// qkv (B, N, 3 D) of each replica, each third head by head -> (B, N, D)
Replicas replica_attention(const Replicas& qkv, std::int64_t heads, const CoupledRows& coupled);

}  // namespace syncgap::networks
