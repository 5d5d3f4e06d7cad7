#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace syncgap {

/// What a quantity holds where there is none: no passage, nothing to average.
inline constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

/// A count that enters real arithmetic. Exact below 2^53, which no size of ours comes near.
constexpr double to_real(std::integral auto count) { return static_cast<double>(count); }

/// Whether a real is a whole number that a double holds with all whole numbers around it, so that
/// what was written is what is there.
inline bool is_whole(double value) {
  return value == std::floor(value) && std::fabs(value) < 9007199254740992.0;
}

/// A number computed in double for what works in single precision.
constexpr float to_float(double value) { return static_cast<float>(value); }

/// An unsigned number as our signed sizes count; of a container std::ssize.
constexpr std::int64_t signed_size(std::integral auto size) {
  return static_cast<std::int64_t>(size);
}

/// A signed size where memory is counted unsigned. Must not be negative.
constexpr std::size_t unsigned_size(std::integral auto size) {
  return static_cast<std::size_t>(size);
}

}  // namespace syncgap
