#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace syncgap::cloud {

/// The parts of a PointCloud its inner loops need. n points, d coordinates of which d' vary, G
/// groups.
template <class Real>
struct CloudView {
  std::size_t count, dimension;
  std::span<const double> origin;          // (d)
  std::span<const std::uint32_t> varying;  // (d')
  std::span<const Real> points;            // (n, d') from the origin
  std::span<const double> half_norms;      // (n)
  std::span<const double> log_weights;     // (n) or empty
  std::span<const double> membership;      // (G, n) or empty when G = 1
  std::size_t groups;
};

/// What is summed over the points; each entry includes the ones before it.
enum class Wanted { nearest, weights, mean };

}  // namespace syncgap::cloud
