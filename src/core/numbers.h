#pragma once

#include <concepts>

namespace syncgap {

/// A count that enters real arithmetic. Exact below 2^53, which no size of ours comes near.
constexpr double to_real(std::integral auto count) { return static_cast<double>(count); }

}  // namespace syncgap
