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
                         double epsilon)
    : tokens_(tokens),
      width_(width),
      heads_(heads),
      epsilon_(epsilon),
      attention_(tokens, width, heads),
      normed_(floats(tokens * width)),
      qkv_(floats(2 * tokens * 3 * width)),
      answers_(floats(2 * tokens * width)),
      hidden_(floats(tokens * 4 * width)) {}

void BlockKernel::forward(const BlockWeights& weights, const float* tokens, std::int64_t replicas,
                          const float* modulation, Context context, std::span<const float> g,
                          float* out) {
  SYNCGAP_EXPECTS(replicas == 1 || replicas == 2, replicas);
  SYNCGAP_EXPECTS(context != Context::other || replicas == 2, replicas);
  const auto size = tokens_ * width_;
  const auto part = [&](std::int64_t k) { return modulation + k * width_; };
  const auto row = [&](std::int64_t replica) {
    return ReplicaRow{qkv_.data() + replica * 3 * size, answers_.data() + replica * size};
  };
  for (std::int64_t replica = 0; replica < replicas; ++replica) {
    modulated_norm({tokens + replica * size, width_}, tokens_, width_, part(0), part(1),
                   kAttentionEpsilon, normed_.data());
    weights.qkv.apply({normed_.data(), width_}, tokens_, qkv_.data() + replica * 3 * size,
                      3 * width_);
  }
  for (std::int64_t head = 0; head < heads_; ++head) {
    if (context == Context::uniform) {
      for (std::int64_t replica = 0; replica < replicas; ++replica)
        attention_.uniform(head, row(replica));
    } else if (context == Context::other) {
      attention_.replaced(head, {row(0), row(1)});
    } else if (replicas == 2) {
      attention_.pair(head, {row(0), row(1)}, g);
    } else {
      attention_.alone(head, row(0));
    }
  }
  for (std::int64_t replica = 0; replica < replicas; ++replica) {
    float* x = out + replica * size;
    weights.proj.add_gated({row(replica).out, width_}, tokens_, {tokens + replica * size, width_},
                           part(2), x, width_);
    modulated_norm({x, width_}, tokens_, width_, part(3), part(4), epsilon_, normed_.data());
    weights.fc1.apply_gelu({normed_.data(), width_}, tokens_, hidden_.data(), 4 * width_);
    weights.fc2.add_gated({hidden_.data(), 4 * width_}, tokens_, {x, width_}, part(5), x, width_);
  }
}

}  // namespace syncgap::networks
