#include "networks/replica_rows.h"

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::networks {

RowAttention::RowAttention(std::int64_t tokens, std::int64_t width, std::int64_t heads)
    : tokens_(tokens),
      width_(width),
      size_(width / heads),
      kernels_{AttentionKernel(tokens, size_), AttentionKernel(tokens, size_)} {
  SYNCGAP_EXPECTS(width % heads == 0, width, heads);
}

void RowAttention::take(std::size_t kernel, const ReplicaRow& of, std::int64_t head) {
  const float* keys = of.qkv + width_ + head * size_;
  kernels_[kernel].take(keys, keys + width_, 3 * width_);
}

void RowAttention::attend(std::size_t kernel, const ReplicaRow& row, std::int64_t head) {
  const auto at = head * size_;
  kernels_[kernel].attend(row.qkv + at, 3 * width_, row.out + at, width_);
}

void RowAttention::alone(std::int64_t head, const ReplicaRow& row) {
  take(0, row, head);
  attend(0, row, head);
}

void RowAttention::pair(std::int64_t head, const std::array<ReplicaRow, 2>& rows,
                        std::span<const float> g) {
  for (std::size_t k = 0; k < 2; ++k) {
    take(k, rows[k], head);
    attend(k, rows[k], head);
  }
  const float strength = g.empty() ? 0.0F : g[unsigned_size(head)];
  if (!(strength > 0)) return;
  const auto at = head * size_;
  for (std::size_t k = 0; k < 2; ++k)
    kernels_[1 - k].mix(rows[k].qkv + at, 3 * width_, strength, rows[k].out + at, width_);
}

void RowAttention::replaced(std::int64_t head, const std::array<ReplicaRow, 2>& rows) {
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
