#pragma once

#include "observables/threshold_passage.h"

namespace syncgap::observables {

/// The largest x at which the curve crosses `level`, with Akima's modified cubics between the
/// points (straight lines below four points); NaN if it does not. A crossing is a change of sign:
/// to end on the level, or to touch it, is none.
double last_crossing(const Curve& curve, double level);

struct Intersection {
  double x, y;
};
/// Where two curves cross within the range they share; NaN if they do not. Of several crossings the
/// one whose y is nearest to `level`: noisy curves that run into each other at both ends also cross
/// there, at random.
Intersection intersection_near(const Curve& first, const Curve& second, double level);

}  // namespace syncgap::observables
