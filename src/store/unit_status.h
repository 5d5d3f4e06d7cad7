#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace syncgap::store {

/// Where a unit of a sweep stands; the number is what a record holds of it.
enum class UnitStatus : std::uint8_t { pending = 0, done = 1, failed = 2, not_needed = 3 };

constexpr std::uint8_t byte(UnitStatus status) { return static_cast<std::uint8_t>(status); }

/// How many units have a status.
inline std::uint64_t count(std::span<const std::uint8_t> statuses, UnitStatus status) {
  return static_cast<std::uint64_t>(std::count(statuses.begin(), statuses.end(), byte(status)));
}

}  // namespace syncgap::store
