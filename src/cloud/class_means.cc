#include "cloud/class_means.h"

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::cloud {

std::array<ClassMean, 2> class_means(std::span<const double> points,
                                     std::span<const std::uint32_t> groups, std::size_t dimension) {
  SYNCGAP_EXPECTS(points.size() == groups.size() * dimension);
  std::array<ClassMean, 2> found;
  for (ClassMean& each : found) each.mean.assign(dimension, 0.0);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    ClassMean& of = found[groups[i]];
    ++of.count;
    for (std::size_t k = 0; k < dimension; ++k) of.mean[k] += points[i * dimension + k];
  }
  for (ClassMean& each : found)
    for (double& x : each.mean) x /= to_real(each.count);
  return found;
}

}  // namespace syncgap::cloud
