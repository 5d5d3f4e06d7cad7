#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace syncgap::networks {

/// Sizes of a residual network of bottlenecks (He et al. 2016). Beginning values are ResNet-50's.
/// Free of LibTorch, so that a plan can count with it.
struct ResNet50Shape {
  static constexpr std::int64_t kExpansion = 4;  ///< a bottleneck's channels at its end, by inside

  std::array<std::int64_t, 4> blocks{3, 4, 6, 3};  ///< of each of the four levels
  std::int64_t width = 64;                         ///< channels of the stem
  std::int64_t classes = 1000;

  /// Channels of what it sees last, before the logits.
  std::int64_t features() const { return kExpansion * width << (blocks.size() - 1); }
  /// Throws InputError where there is no such network.
  void check() const;
  /// All sizes on one line.
  std::string text() const;
  /// All numbers of its weights, but the means and variances of its norms.
  std::int64_t weights() const;
};

}  // namespace syncgap::networks
