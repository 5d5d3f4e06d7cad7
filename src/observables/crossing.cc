#include "observables/crossing.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <boost/math/interpolators/makima.hpp>

#include "core/check.h"
#include "core/numbers.h"
#include "core/root.h"

namespace syncgap::observables {
namespace {

/// A curve between its points.
class Interpolated {
 public:
  explicit Interpolated(const Curve& curve) : curve_(curve) {
    SYNCGAP_EXPECTS(curve.x.size() == curve.y.size() &&
                    std::is_sorted(curve.x.begin(), curve.x.end()));
    const auto [least, most] = std::minmax_element(curve.y.begin(), curve.y.end());
    least_ = *least, most_ = *most;
    if (curve.x.size() >= 4)
      cubic_.emplace(std::vector<double>(curve.x.begin(), curve.x.end()),
                     std::vector<double>(curve.y.begin(), curve.y.end()));
  }

  double operator()(double x) const {
    // No value between the points lies outside all of them: a share stays one.
    if (cubic_) return std::clamp((*cubic_)(x), least_, most_);
    const auto after = std::upper_bound(curve_.x.begin() + 1, curve_.x.end() - 1, x);
    const std::size_t i = after - curve_.x.begin();
    const double share = (x - curve_.x[i - 1]) / (curve_.x[i] - curve_.x[i - 1]);
    return curve_.y[i - 1] + share * (curve_.y[i] - curve_.y[i - 1]);
  }

 private:
  Curve curve_;
  double least_ = 0.0, most_ = 0.0;
  std::optional<boost::math::interpolators::makima<std::vector<double>>> cubic_;
};

/// Every change of sign of f among increasing points, refined between them; where f is 0 on some of
/// them in between, the middle of those. Points at which f is 0 and does not change sign, also the
/// first and the last ones, are none: curves may meet without crossing.
template <class Function>
std::vector<double> roots(const Function& f, const std::vector<double>& points) {
  std::vector<double> found;
  double before = kNoValue, at_before = kNoValue;  // the last point at which f was not 0
  std::size_t last = 0;                            // its number
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double here = f(points[i]);
    if (here == 0.0) continue;
    if (opposite(at_before, here)) {
      if (last + 1 == i)
        found.push_back(find_root("crossing", f, {before, points[i], at_before, here}, 48));
      else
        found.push_back(0.5 * (points[last + 1] + points[i - 1]));
    }
    before = points[i], at_before = here, last = i;
  }
  return found;
}

}  // namespace

double last_crossing(const Curve& curve, double level) {
  if (curve.x.size() < 2) return kNoValue;
  const Interpolated y(curve);
  const auto found = roots([&](double x) { return y(x) - level; },
                           std::vector<double>(curve.x.begin(), curve.x.end()));
  return found.empty() ? kNoValue : found.back();
}

Intersection intersection_near(const Curve& first, const Curve& second, double level) {
  if (first.x.size() < 2 || second.x.size() < 2) return {kNoValue, kNoValue};
  const Interpolated y1(first), y2(second);
  const double low = std::max(first.x.front(), second.x.front());
  const double high = std::min(first.x.back(), second.x.back());
  std::vector<double> points;
  for (const Curve* curve : {&first, &second})
    for (double x : curve->x)
      if (x >= low && x <= high) points.push_back(x);
  std::sort(points.begin(), points.end());
  Intersection nearest{kNoValue, kNoValue};
  for (double x : roots([&](double at) { return y1(at) - y2(at); }, points))
    if (const double y = y1(x); !(std::abs(y - level) >= std::abs(nearest.y - level)))
      nearest = {x, y};
  return nearest;
}

}  // namespace syncgap::observables
