#pragma once

#include <span>

namespace syncgap::observables {

/// A measured curve: y at increasing x.
struct Curve {
  std::span<const double> x, y;
};

/// The largest x at which the curve crosses `level`, with Akima's modified cubics between the
/// points (straight lines below four points); NaN if it does not.
double last_crossing(const Curve& curve, double level);

/// The largest x at which two curves cross within the range they share, and y there; NaN if they
/// do not.
struct Intersection {
  double x, y;
};
Intersection last_intersection(const Curve& first, const Curve& second);

}  // namespace syncgap::observables
