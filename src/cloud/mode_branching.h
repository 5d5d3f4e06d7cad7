#pragma once

#include <span>
#include <vector>

#include "cloud/point_cloud.h"

namespace syncgap::cloud {

/// The modes of a noised point cloud that lie uphill from `starts` (B, d), as x / signal: fixed
/// points of the score, information (39)-(43). Mean shift, x <- E[a | x], which raises the density
/// at every step; it stops when a step is shorter than `precision`.
std::vector<double> uphill_modes(const PointCloud& cloud, NoiseLevel level,
                                 std::vector<double> starts, double precision);

/// A time known to lie between two others.
struct TimeBracket {
  double low, high;
};

/// The branching time of two paths of modes, information section 5: the largest time of the
/// Ornstein-Uhlenbeck process at which mean shift from `first` and from `second` (d) ends at two
/// different modes. Looked for from the last of `times` (ascending) down and bracketed to `width`;
/// NaN when the paths are apart at the last time or one at the first. Mean shift creeps close to a
/// branching: a symmetric one is found up to 1e-3 late.
TimeBracket branching_time(const PointCloud& cloud, std::span<const double> first,
                           std::span<const double> second, std::span<const double> times,
                           double width);

}  // namespace syncgap::cloud
