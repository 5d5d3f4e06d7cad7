#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"
#include "theory/two_clusters.h"

namespace syncgap::sde {

/// Data sets drawn from two clusters, and evaluation points noised from them: all d coordinates,
/// m = mu (1, ..., 1). Numbered by (data set, point, coordinate), so that the points of a smaller n
/// or d are the first points and coordinates of a larger one.
class ClusterPoints {
 public:
  ClusterPoints(const theory::TwoClusters& clusters, std::size_t count, const RandomStream& points,
                const RandomStream& noise);

  std::size_t dimension() const { return dimension_; }
  /// The points of one data set, (n, d) row-major; in single precision each is the double rounded.
  template <class Real>
  std::vector<Real> data_set(std::uint64_t set) const;

  /// Evaluations of one data set: the point each is noised from, and the noise z (B, d).
  struct Evaluations {
    std::vector<std::uint32_t> sources;
    std::vector<double> noise;
  };
  Evaluations evaluations(std::uint64_t set, std::size_t first, std::size_t batch) const;

 private:
  theory::TwoClusters clusters_;
  std::size_t count_, dimension_;
  RandomStream points_, noise_;
};

}  // namespace syncgap::sde
