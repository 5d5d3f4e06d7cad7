#include "observables/curve_peak.h"

#include <algorithm>
#include <cstddef>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::observables {

CurvePeak highest_point(const Curve& curve) {
  SYNCGAP_EXPECTS(curve.x.size() == curve.y.size(), curve.x.size(), " points, ", curve.y.size(),
                  " values");
  const auto top = std::max_element(curve.y.begin(), curve.y.end());
  const std::size_t i = top - curve.y.begin();
  if (i == 0 || i + 1 >= curve.y.size()) return {kNoValue, kNoValue};
  // Newton's form around the highest point: y = y_i + (x - x_i)(slope + bend (x - x_{i+1})).
  const double before = curve.x[i - 1] - curve.x[i], after = curve.x[i + 1] - curve.x[i];
  const double slope = (curve.y[i + 1] - curve.y[i]) / after;
  const double bend = ((curve.y[i - 1] - curve.y[i]) / before - slope) / (before - after);
  if (!(bend < 0.0)) return {curve.x[i], curve.y[i]};  // a plateau
  const double shift = 0.5 * (after - slope / bend);
  return {curve.x[i] + shift, curve.y[i] + shift * (slope + bend * (shift - after))};
}

}  // namespace syncgap::observables
