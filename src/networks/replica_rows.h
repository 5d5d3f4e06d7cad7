#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "networks/attention_kernels.h"
#include "networks/context.h"

namespace syncgap::networks {

/// Queries, keys and values of one replica of one row, (N, 3 D) without gaps, and where its answers
/// go, (N, D) without gaps.
struct ReplicaRow {
  const float* qkv;
  float* out;
};

/// Attention of the replicas of one row, one head at a time, as replica_attention defines it:
/// single precision, read where it lies. One per thread.
class RowAttention {
 public:
  /// `width` D is that of all heads.
  RowAttention(std::int64_t tokens, std::int64_t width, std::int64_t heads);

  /// One replica, by itself.
  void alone(std::int64_t head, const ReplicaRow& row);
  /// Two replicas; g: of each head, coupled with that strength; 0, or none at all: each by itself.
  void pair(std::int64_t head, const std::array<ReplicaRow, 2>& rows, std::span<const float> g);
  /// A is told what B has, and B what it has by itself.
  void replaced(std::int64_t head, const std::array<ReplicaRow, 2>& rows);
  /// Every token is told the mean of the replica's values.
  void uniform(std::int64_t head, const ReplicaRow& row) const;

 private:
  void take(std::size_t kernel, const ReplicaRow& of, std::int64_t head);
  void attend(std::size_t kernel, const ReplicaRow& row, std::int64_t head);

  std::int64_t tokens_, width_, size_;  // width of all heads, size of one
  std::array<AttentionKernel, 2> kernels_;
};

}  // namespace syncgap::networks
