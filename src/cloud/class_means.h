#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace syncgap::cloud {

struct ClassMean {
  std::vector<double> mean;  ///< (d)
  std::int64_t count = 0;
};

/// Means of the points of groups 0 and 1; points (n, d) row-major, groups (n).
std::array<ClassMean, 2> class_means(std::span<const double> points,
                                     std::span<const std::uint32_t> groups, std::size_t dimension);

}  // namespace syncgap::cloud
