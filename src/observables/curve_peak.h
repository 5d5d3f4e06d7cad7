#pragma once

#include "observables/crossing.h"

namespace syncgap::observables {

/// Where a measured curve is highest.
struct CurvePeak {
  double x, height;
};

/// The vertex of the parabola through the highest point of a curve and its two neighbours; NaN when
/// the highest point is the first or the last one, so that the maximum may lie outside.
CurvePeak highest_point(const Curve& curve);

}  // namespace syncgap::observables
