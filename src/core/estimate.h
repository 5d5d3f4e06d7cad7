#pragma once

#include <cstdint>

namespace syncgap {

/// A sample mean and what it is worth.
struct Estimate {
  double value = 0;
  double standard_error = 0;  ///< s / sqrt(n); NaN below two samples
  std::uint64_t count = 0;
};

/// The ends of an interval of confidence.
struct Interval {
  double low = 0, high = 0;
};

/// A value and its interval.
struct IntervalEstimate {
  double value = 0;
  Interval interval;
};

}  // namespace syncgap
