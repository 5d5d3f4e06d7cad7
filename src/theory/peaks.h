#pragma once

#include <functional>
#include <span>
#include <vector>

namespace syncgap::theory {

/// A local maximum of a curve.
struct Peak {
  double position = 0.0;
  double height = 0.0;
};

/// Local maxima of a smooth curve with one bump per three neighbours of `grid` (ascending), each
/// refined to about 1e-10 of its position. A maximum at an end of the grid is none, and neither is
/// one below 1e-10 of the largest height: flat tails have those by rounding.
std::vector<Peak> local_maxima(const std::function<double(double)>& curve,
                               std::span<const double> grid);

/// The highest of them; position and height NaN when there is none.
Peak highest_peak(const std::function<double(double)>& curve, std::span<const double> grid);

/// Where the curve falls to half of `peak` on either side, looked for within [low, high]; NaN when
/// it does not fall that far.
struct HalfWidth {
  double left = 0.0;
  double right = 0.0;
  double width() const { return right - left; }
};
HalfWidth half_width(const std::function<double(double)>& curve, const Peak& peak, double low,
                     double high);

}  // namespace syncgap::theory
