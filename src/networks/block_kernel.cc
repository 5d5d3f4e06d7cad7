#include "networks/block_kernel.h"

#include <cstddef>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::networks {
namespace {

constexpr double kAttentionEpsilon = 1e-6;

AlignedArray floats(std::int64_t count) { return AlignedArray(unsigned_size(count)); }

}  // namespace

BlockKernel::BlockKernel(std::int64_t tokens, std::int64_t width, std::int64_t heads,
                         std::int64_t replicas, double epsilon)
    : tokens_(tokens),
      width_(width),
      heads_(heads),
      replicas_(replicas),
      epsilon_(epsilon),
      attention_(tokens, width, heads, replicas),
      normed_(floats(tokens * width)),
      qkv_(floats(replicas * tokens * 3 * width)),
      answers_(floats(replicas * tokens * width)),
      hidden_(floats(tokens * 4 * width)) {
  for (std::int64_t replica = 0; replica < replicas; ++replica)
    rows_.push_back(
        {qkv_.data() + replica * tokens * 3 * width, answers_.data() + replica * tokens * width});
}

void BlockKernel::forward(const BlockWeights& weights, const float* tokens, const float* modulation,
                          Context context, std::span<const float> g, std::span<const float> graph,
                          float* out) {
  SYNCGAP_EXPECTS(context != Context::other || replicas_ == 2, replicas_);
  const auto size = tokens_ * width_;
  const auto part = [&](std::int64_t k) { return modulation + k * width_; };
  for (std::int64_t replica = 0; replica < replicas_; ++replica) {
    modulated_norm({tokens + replica * size, width_}, tokens_, width_, part(0), part(1),
                   kAttentionEpsilon, normed_.data());
    weights.qkv.apply({normed_.data(), width_}, tokens_, qkv_.data() + replica * 3 * size,
                      3 * width_);
  }
  for (std::int64_t head = 0; head < heads_; ++head) {
    if (context == Context::uniform) {
      for (const ReplicaRow& row : rows_) attention_.uniform(head, row);
    } else if (context == Context::other) {
      attention_.replaced(head, std::span(rows_).first<2>());
    } else {
      attention_.coupled(head, rows_, g, graph);
    }
  }
  for (std::int64_t replica = 0; replica < replicas_; ++replica) {
    float* x = out + replica * size;
    weights.proj.add_gated({rows_[unsigned_size(replica)].out, width_}, tokens_,
                           {tokens + replica * size, width_}, part(2), x, width_);
    modulated_norm({x, width_}, tokens_, width_, part(3), part(4), epsilon_, normed_.data());
    weights.fc1.apply_gelu({normed_.data(), width_}, tokens_, hidden_.data(), 4 * width_);
    weights.fc2.add_gated({hidden_.data(), 4 * width_}, tokens_, {x, width_}, part(5), x, width_);
  }
}

}  // namespace syncgap::networks
