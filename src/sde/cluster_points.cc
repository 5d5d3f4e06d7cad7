#include "sde/cluster_points.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::sde {
namespace {

// What of a point or an evaluation the steps of a counter hold.
constexpr std::uint32_t kCoordinates = 0;
constexpr std::uint32_t kChoice = 1;  ///< label of a point, source of an evaluation

/// Points and evaluations of different data sets have different trials.
std::uint64_t trial_of(std::uint64_t set, std::uint64_t member) { return (set << 32) | member; }

}  // namespace

ClusterPoints::ClusterPoints(const theory::TwoClusters& clusters, std::size_t count,
                             const RandomStream& points, const RandomStream& noise)
    : clusters_(clusters),
      count_(count),
      dimension_(std::llround(clusters.dimension)),
      points_(points),
      noise_(noise) {
  SYNCGAP_EXPECTS(count >= 1 && count <= 0xffffffffU);
}

template <class Real>
std::vector<Real> ClusterPoints::data_set(std::uint64_t set) const {
  std::vector<Real> all(count_ * dimension_);
  std::vector<double> point(dimension_);
  for (std::size_t i = 0; i < count_; ++i) {
    const std::uint64_t trial = trial_of(set, i);
    points_.fill_normals<double>(trial, kCoordinates, point);
    const double label = points_.uniform<double>(trial, kChoice, 0) < 0.5 ? -1.0 : 1.0;
    const double mean = label * clusters_.mean_amplitude;
    for (std::size_t k = 0; k < dimension_; ++k)
      all[i * dimension_ + k] = static_cast<Real>(mean + clusters_.standard_deviation * point[k]);
  }
  return all;
}

template std::vector<float> ClusterPoints::data_set<float>(std::uint64_t set) const;
template std::vector<double> ClusterPoints::data_set<double>(std::uint64_t set) const;

ClusterPoints::Evaluations ClusterPoints::evaluations(std::uint64_t set, std::size_t first,
                                                      std::size_t batch) const {
  Evaluations found{std::vector<std::uint32_t>(batch), std::vector<double>(batch * dimension_)};
  for (std::size_t b = 0; b < batch; ++b) {
    const std::uint64_t trial = trial_of(set, first + b);
    const double choice = noise_.uniform<double>(trial, kChoice, 0);
    found.sources[b] = static_cast<std::uint32_t>(
        std::min(count_ - 1, static_cast<std::size_t>(choice * to_real(count_))));
    noise_.fill_normals<double>(trial, kCoordinates,
                                std::span(found.noise).subspan(b * dimension_, dimension_));
  }
  return found;
}

}  // namespace syncgap::sde
