#pragma once

#include <chrono>

namespace syncgap {

/// What durations are measured with: never set back.
using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Seconds since this host was started, about: for other processes of the same host.
inline double monotonic_time() {
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

}  // namespace syncgap
