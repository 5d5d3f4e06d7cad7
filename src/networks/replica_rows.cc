#include "networks/replica_rows.h"

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::networks {

RowAttention::RowAttention(std::int64_t tokens, std::int64_t width, std::int64_t heads,
                           std::int64_t replicas)
    : tokens_(tokens), width_(width), size_(width / heads) {
  SYNCGAP_EXPECTS(width % heads == 0, width, heads);
  kernels_.reserve(unsigned_size(replicas));
  for (std::int64_t k = 0; k < replicas; ++k) kernels_.emplace_back(tokens, size_);
}

void RowAttention::take(std::size_t kernel, const ReplicaRow& of, std::int64_t head) {
  const float* keys = of.qkv + width_ + head * size_;
  kernels_[kernel].take(keys, keys + width_, 3 * width_);
}

void RowAttention::attend(std::size_t kernel, const ReplicaRow& row, std::int64_t head) {
  const auto at = head * size_;
  kernels_[kernel].attend(row.qkv + at, 3 * width_, row.out + at, width_);
}

void RowAttention::coupled(std::int64_t head, std::span<const ReplicaRow> rows,
                           std::span<const float> g, std::span<const float> weights) {
  const std::size_t replicas = rows.size();
  for (std::size_t k = 0; k < replicas; ++k) {
    take(k, rows[k], head);
    attend(k, rows[k], head);
  }
  const float strength = g.empty() ? 0.0F : g[unsigned_size(head)];
  if (!(strength > 0)) return;
  SYNCGAP_EXPECTS(weights.size() == replicas * replicas, weights.size(), replicas);
  for (std::size_t k = 0; k < replicas; ++k)
    for_each_seen(weights, replicas, k, [&](std::size_t other, float weight, float before) {
      const float share = strength * weight / (1 + strength * before);
      kernels_[other].mix(rows[k].qkv + head * size_, 3 * width_, share, rows[k].out + head * size_,
                          width_);
    });
}

void RowAttention::replaced(std::int64_t head, std::span<const ReplicaRow, 2> rows) {
  take(1, rows[1], head);
  for (const ReplicaRow& row : rows) attend(1, row, head);
}

void RowAttention::uniform(std::int64_t head, const ReplicaRow& row) const {
  const float share = 1.0F / static_cast<float>(tokens_);
  const float* values = row.qkv + 2 * width_ + head * size_;
  for (std::int64_t channel = 0; channel < size_; ++channel) {
    float sum = 0;
    for (std::int64_t token = 0; token < tokens_; ++token)
      sum += values[token * 3 * width_ + channel];
    for (std::int64_t token = 0; token < tokens_; ++token)
      row.out[token * width_ + head * size_ + channel] = share * sum;
  }
}

}  // namespace syncgap::networks
