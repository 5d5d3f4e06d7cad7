#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "cloud/cloud_on_device.h"
#include "cloud/cloud_view.h"
#include "cloud/posterior.h"

namespace syncgap::cloud {

/// n points of R^d as a noisy empirical distribution P^e(x) = sum_i w_i N(x; signal a_i, variance)
/// (regimes (2)) and its posterior over the points: the exact empirical score is
/// (signal * mean - x) / variance. Distances are tiled matrix products, the sums over points
/// streaming log-sum-exps: working memory is a few tiles whatever n and d. Coordinates that all
/// points share are left out of the products. `float` points double the speed; what that costs in
/// accuracy is in the test of point_cloud.
class PointCloud {
 public:
  /// `points` is (n, d) row-major and is taken over, not copied.
  PointCloud(std::vector<double> points, std::size_t dimension, PointMarks marks = {});
  PointCloud(std::vector<float> points, std::size_t dimension, PointMarks marks = {});

  std::size_t count() const { return count_; }
  std::size_t dimension() const { return dimension_; }
  /// Coordinates in which the points differ at all: the inner dimension of the products.
  std::size_t varying_dimension() const { return varying_.size(); }

  /// From now on posteriors are computed on a device of LibTorch, "cuda" or "cuda:1". Throws
  /// InputError where there is none.
  void move_to(const std::string& device);

  /// Point `i` as stored; out is (d).
  void copy_point(std::size_t i, std::span<double> out) const;
  /// Mean of the points; (d).
  std::span<const double> centre() const { return centre_; }
  std::uint32_t group(std::size_t i) const { return groups_.empty() ? 0 : groups_[i]; }

  /// The posterior at `states` (B, d) row-major. `sources`, if given, holds for each state the
  /// point whose surprise -log p is wanted (the one it was noised from): (B).
  Posterior posterior(NoiseLevel level, std::span<const double> states,
                      std::span<const std::uint32_t> sources = {},
                      PosteriorMean mean = PosteriorMean::skip) const;

  /// Point of largest weight for each state, nothing else: (B).
  std::vector<std::uint32_t> nearest(NoiseLevel level, std::span<const double> states) const;

 private:
  template <class Real>
  void take(std::vector<Real> points);
  void mark(std::vector<double> weights);
  template <class Real>
  CloudView<Real> view(const std::vector<Real>& points) const;
  template <class Run>
  void for_each_block(NoiseLevel level, std::span<const double> states,
                      std::span<const std::uint32_t> sources, Wanted wanted, Run run) const;

  std::size_t count_ = 0, dimension_ = 0, group_count_ = 1;
  std::vector<double> centre_;          ///< mean; (d)
  std::vector<double> origin_;          ///< subtracted from all points; (d)
  std::vector<std::uint32_t> varying_;  ///< coordinates that are not the same in all points; (d')
  std::variant<std::vector<double>, std::vector<float>> coordinates_;  ///< from the origin; (n, d')
  std::vector<double> half_norms_;     ///< |a_i|^2 / 2 from the origin; (n)
  std::vector<double> log_weights_;    ///< normalised; empty: all 1 / n
  std::vector<std::uint32_t> groups_;  ///< empty: all 0
  std::vector<double> membership_;     ///< 1 where the point is of the group; (G, n) if G > 1
  std::shared_ptr<const CloudOnDevice> on_device_;  ///< null: computed here
};

}  // namespace syncgap::cloud
