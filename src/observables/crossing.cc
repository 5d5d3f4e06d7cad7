#include "observables/crossing.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <boost/math/interpolators/makima.hpp>
#include <boost/math/tools/toms748_solve.hpp>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::observables {
namespace {

/// A curve between its points.
class Interpolated {
 public:
  explicit Interpolated(const Curve& curve) : curve_(curve) {
    SYNCGAP_EXPECTS(curve.x.size() == curve.y.size() &&
                    std::is_sorted(curve.x.begin(), curve.x.end()));
    if (curve.x.size() >= 4)
      cubic_.emplace(std::vector<double>(curve.x.begin(), curve.x.end()),
                     std::vector<double>(curve.y.begin(), curve.y.end()));
  }

  double operator()(double x) const {
    if (cubic_) return (*cubic_)(x);
    const auto after = std::upper_bound(curve_.x.begin() + 1, curve_.x.end() - 1, x);
    const std::size_t i = after - curve_.x.begin();
    const double share = (x - curve_.x[i - 1]) / (curve_.x[i] - curve_.x[i - 1]);
    return curve_.y[i - 1] + share * (curve_.y[i] - curve_.y[i - 1]);
  }

 private:
  Curve curve_;
  std::optional<boost::math::interpolators::makima<std::vector<double>>> cubic_;
};

/// Every sign change of f among increasing points, refined between them.
template <class Function>
std::vector<double> roots(const Function& f, const std::vector<double>& points) {
  std::vector<double> found;
  if (!points.empty() && f(points.front()) == 0.0) found.push_back(points.front());
  for (std::size_t i = 1; i < points.size(); ++i) {
    const double low = points[i - 1], high = points[i];
    const double at_low = f(low), at_high = f(high);
    if (at_high == 0.0) found.push_back(high);
    if (!(at_low * at_high < 0.0)) continue;
    std::uintmax_t iterations = 100;
    const auto bracket = boost::math::tools::toms748_solve(
        f, low, high, at_low, at_high, boost::math::tools::eps_tolerance<double>(48), iterations);
    found.push_back(0.5 * (bracket.first + bracket.second));
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
