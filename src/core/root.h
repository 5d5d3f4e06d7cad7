#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include <boost/math/tools/toms748_solve.hpp>

#include "core/check.h"

namespace syncgap {

/// Two places and what a continuous function is there.
struct Bracket {
  double low, high, at_low, at_high;
};

/// Whether two numbers lie on different sides of 0. Their product would not say so: it underflows.
inline bool opposite(double a, double b) { return (a < 0.0 && b > 0.0) || (a > 0.0 && b < 0.0); }

/// The root of a continuous function between places where its signs differ, or an end where it is
/// 0, to `bits` of its own size (TOMS 748). Throws UnitError, which names `what` is looked for and
/// both ends, where no root is enclosed: numbers that doubles do not hold become NaN.
template <class Function>
double find_root(const char* what, Function f, const Bracket& bracket,
                 int bits = std::numeric_limits<double>::digits) {
  const auto [low, high, at_low, at_high] = bracket;
  if (at_low == 0.0) return low;
  if (at_high == 0.0) return high;
  if (!(low < high && std::isfinite(at_low) && std::isfinite(at_high) && opposite(at_low, at_high)))
    throw UnitError(concat("no ", what, " was found (a function of ", low, " and ", high, " is ",
                           at_low, " and ", at_high,
                           "): the unit's numbers are too small or too large for its formula; "
                           "move them nearer to 1"));
  // A few dozen do, but where the ends are hundreds of powers of ten apart.
  std::uintmax_t evaluations = 5000;
  const auto found = boost::math::tools::toms748_solve(
      f, low, high, at_low, at_high, boost::math::tools::eps_tolerance<double>(bits), evaluations);
  return 0.5 * (found.first + found.second);
}

}  // namespace syncgap
