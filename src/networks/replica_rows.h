#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "networks/attention_kernels.h"
#include "networks/context.h"

namespace syncgap::networks {

/// Queries, keys and values of one replica of one row, (N, 3 D) without gaps, and where its answers
/// go, (N, D) without gaps.
struct ReplicaRow {
  const float* qkv;
  float* out;
};

/// The replicas that number k sees by `weights` (P, P), in the order in which their answers are
/// mixed in: from the next one on, around the circle, so that a rotation of equal neighbourhoods
/// changes no bit. visit(other, weight, sum of the weights before); with it the mean (own + g sum_j
/// w_j answer_j) / (1 + g sum_j w_j) is one of two at a time, of shares g w / (1 + g sum of the
/// weights before).
template <class Visit>
void for_each_seen(std::span<const float> weights, std::size_t replicas, std::size_t k,
                   const Visit& visit) {
  float before = 0;
  for (std::size_t step = 1; step < replicas; ++step) {
    const std::size_t other = (k + step) % replicas;
    const float weight = weights[k * replicas + other];
    if (!(weight > 0)) continue;
    visit(other, weight, before);
    before += weight;
  }
}

/// Attention of the P replicas of one row, one head at a time, as replica_attention defines it:
/// single precision, read where it lies. One per thread.
class RowAttention {
 public:
  /// `width` D is that of all heads.
  RowAttention(std::int64_t tokens, std::int64_t width, std::int64_t heads, std::int64_t replicas);

  /// All replicas (P). g: of each head, coupled with that strength over a graph of `weights`
  /// (P, P); 0, or none at all: each by itself.
  void coupled(std::int64_t head, std::span<const ReplicaRow> rows, std::span<const float> g,
               std::span<const float> weights);
  /// A is told what B has, and B what it has by itself.
  void replaced(std::int64_t head, std::span<const ReplicaRow, 2> rows);
  /// Every token is told the mean of the replica's values.
  void uniform(std::int64_t head, const ReplicaRow& row) const;

 private:
  void take(std::size_t kernel, const ReplicaRow& of, std::int64_t head);
  void attend(std::size_t kernel, const ReplicaRow& row, std::int64_t head);

  std::int64_t tokens_, width_, size_;    // width of all heads, size of one
  std::vector<AttentionKernel> kernels_;  // of each replica
};

}  // namespace syncgap::networks
