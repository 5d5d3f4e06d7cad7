#pragma once

#include <chrono>

namespace syncgap {

/// What durations are measured with: never set back.
using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

inline double seconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

inline Clock::duration duration_of(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

/// Seconds since 1970, for times that another process reads.
inline double unix_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Seconds since this host was started, about: for other processes of the same host.
inline double monotonic_time() {
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

}  // namespace syncgap
