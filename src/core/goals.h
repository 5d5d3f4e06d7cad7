#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace syncgap {

/// How exactly an observable is to be known in every cell of a sweep: the half width of its
/// interval over the repetitions is to be at most `bound`, or `bound` times the size of the mean.
struct PrecisionGoal {
  std::string observable;
  double bound = 0;
  bool relative = false;
  std::string where = {};
};

/// Which values of a split axis are worth computing: an interval is halved where the straight line
/// through its ends misses the observable in the middle by more than `tolerance`.
struct Refinement {
  std::string axis, observable;
  double tolerance = 0;
  std::int64_t first = 9;  ///< values to begin with, spread over the axis
  std::string where = {};
};

/// What a sweep stops at instead of running every unit: the tables run.precision and run.refine of
/// a job. No result depends on them, only which units are run.
struct Goals {
  std::vector<PrecisionGoal> precision;
  double level = 0.95;  ///< of the intervals
  /// Repetitions of a cell before it is first looked at. With 16 the intervals cover what they say
  /// to a percent, whatever the bound; with 10 they lose up to 2%.
  std::int64_t first = 16;
  std::optional<Refinement> refine;

  bool empty() const { return precision.empty() && !refine; }
};

}  // namespace syncgap
