#include "theory/peaks.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <boost/math/tools/minima.hpp>

#include "core/numbers.h"
#include "core/root.h"

namespace syncgap::theory {
namespace {

/// The zero of the slope near `guess`. Comparing heights alone fixes a maximum to the square root
/// of the rounding error; symmetric differences of fourth order do better.
double refine(const std::function<double(double)>& curve, double guess, double reach) {
  const double h = 0.02 * reach;
  auto slope = [&](double x) {
    return (8.0 * (curve(x + h) - curve(x - h)) - (curve(x + 2.0 * h) - curve(x - 2.0 * h))) /
           (12.0 * h);
  };
  const double low = guess - 0.05 * reach, high = guess + 0.05 * reach;
  const double at_low = slope(low), at_high = slope(high);
  if (!(at_low > 0.0 && at_high < 0.0)) return guess;
  return find_root("maximum", slope, {low, high, at_low, at_high}, 44);
}

/// Where `curve` crosses `level` between `inside`, above it, and `outside`.
double crossing(const std::function<double(double)>& curve, double level, double inside,
                double outside) {
  auto excess = [&](double x) { return curve(x) - level; };
  // Outwards in small strides, so that the nearest crossing is found first.
  constexpr int strides = 64;
  double before = inside;
  for (int i = 1; i <= strides; ++i) {
    const double here = inside + (outside - inside) * i / strides;
    if (excess(here) < 0.0) {
      const double low = std::min(before, here), high = std::max(before, here);
      return find_root("half height", excess, {low, high, excess(low), excess(high)}, 48);
    }
    before = here;
  }
  return kNoValue;
}

}  // namespace

std::vector<Peak> local_maxima(const std::function<double(double)>& curve,
                               std::span<const double> grid) {
  std::vector<double> heights;
  double largest = 0.0;
  for (const double x : grid) {
    heights.push_back(curve(x));
    if (std::abs(heights.back()) > largest) largest = std::abs(heights.back());
  }
  constexpr double kRounding = 1e-10;
  std::vector<Peak> found;
  for (std::size_t i = 1; i + 1 < grid.size(); ++i) {
    if (!(heights[i] > heights[i - 1] && heights[i] >= heights[i + 1])) continue;
    if (std::abs(heights[i]) < kRounding * largest) continue;
    std::uintmax_t most = 100;
    const auto rough = boost::math::tools::brent_find_minima([&](double x) { return -curve(x); },
                                                             grid[i - 1], grid[i + 1], 26, most);
    const double reach = std::min(grid[i + 1] - grid[i], grid[i] - grid[i - 1]);
    const double position = refine(curve, rough.first, reach);
    found.push_back({position, curve(position)});
  }
  return found;
}

Peak highest_peak(const std::function<double(double)>& curve, std::span<const double> grid) {
  Peak highest{kNoValue, kNoValue};
  for (const Peak& peak : local_maxima(curve, grid))
    if (!(peak.height <= highest.height)) highest = peak;
  return highest;
}

HalfWidth half_width(const std::function<double(double)>& curve, const Peak& peak, double low,
                     double high) {
  const double level = 0.5 * peak.height;
  return {crossing(curve, level, peak.position, low), crossing(curve, level, peak.position, high)};
}

}  // namespace syncgap::theory
