#pragma once

#include <torch/types.h>
#include <utility>

#include "core/choices.h"

namespace syncgap::networks {

enum class Precision {
  single,
  bf16  ///< convolutions and products in bfloat16, sums, norms and losses in single
};

inline constexpr Choices kPrecisions{std::pair{Precision::single, "single"},
                                     std::pair{Precision::bf16, "bf16"}};

/// While it lives, what this thread computes on devices of `type` is in the given precision.
class PrecisionScope {
 public:
  PrecisionScope(torch::DeviceType type, Precision precision);
  ~PrecisionScope();
  PrecisionScope(const PrecisionScope&) = delete;
  PrecisionScope& operator=(const PrecisionScope&) = delete;

 private:
  torch::DeviceType type_;
  bool active_;
};

}  // namespace syncgap::networks
