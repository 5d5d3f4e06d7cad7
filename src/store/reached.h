#pragma once

#include <cstdint>
#include <limits>

namespace syncgap::store {

/// How exactly a cell of a sweep knows an observable that its job has a precision goal for: of its
/// elements the one that is farthest from the goal.
struct Reached {
  std::int64_t count = 0;  ///< repetitions with a value; 0: none has one, or none was looked at
  /// Of the interval of the mean over those; infinite for a single one, NaN for none.
  double half_width = std::numeric_limits<double>::quiet_NaN();
  double target = std::numeric_limits<double>::quiet_NaN();  ///< what that is to be at most

  bool met() const { return half_width <= target; }
};

}  // namespace syncgap::store
