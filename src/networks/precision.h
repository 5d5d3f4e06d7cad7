#pragma once

#include <utility>

#include "core/choices.h"

namespace syncgap::networks {

enum class Precision {
  single,
  bf16  ///< convolutions and products in bfloat16, sums, norms and losses in single
};

inline constexpr Choices kPrecisions{std::pair{Precision::single, "single"},
                                     std::pair{Precision::bf16, "bf16"}};

}  // namespace syncgap::networks
