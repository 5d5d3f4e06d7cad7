#pragma once

#include <cstdint>
#include <span>

namespace syncgap::observables {

/// A measured curve: y at increasing x.
struct Curve {
  std::span<const double> x, y;
};

/// How the points of a curve lie to a threshold. Above is y >= threshold; a NaN is below.
struct ThresholdPassages {
  bool starts_above = false, ends_above = false;
  /// Neighbours on different sides.
  std::int64_t count = 0;
  /// Points above whose next one is below: the first and the last; -1 for none.
  std::int64_t first_fall = -1, last_fall = -1;
};
ThresholdPassages threshold_passages(std::span<const double> y, double threshold);

/// Where the straight line from point i to the next one meets the threshold.
double passage_after(const Curve& curve, std::int64_t i, double threshold);

}  // namespace syncgap::observables
