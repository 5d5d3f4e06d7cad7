#pragma once

#include <cstddef>
#include <cstdint>

#include "core/aligned_array.h"

namespace syncgap::networks {

/// Keys and values of one head, laid out for vectors; queries of any replica are asked against
/// them. A tile of queries is finished, scores, softmax and product, before the next begins: what
/// is kept is a row of scores for each of its queries. What a query is told depends on it and on
/// the keys and values alone. Single precision; one per thread.
class AttentionKernel {
 public:
  /// With two vectors beside each other, twelve sums hide the time of an addition and leave
  /// registers for what is added.
  static constexpr std::size_t kQueriesTogether = 6;

  AttentionKernel(std::int64_t tokens, std::int64_t width);

  /// keys, values (N, c), each row `stride` numbers after the one before.
  void take(const float* keys, const float* values, std::int64_t stride);
  /// out = softmax(q k^T / sqrt(c)) v of queries (N, c): rows of `stride` and of `out_stride`.
  void attend(const float* queries, std::int64_t stride, float* out, std::int64_t out_stride);
  /// out = (out + g softmax(q k^T / sqrt(c)) v) / (1 + g)
  void mix(const float* queries, std::int64_t stride, float g, float* out, std::int64_t out_stride);

 private:
  std::size_t tokens_, width_;
  AlignedArray keys_, values_, queries_, scores_;
};

}  // namespace syncgap::networks
