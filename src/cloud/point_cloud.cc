#include "cloud/point_cloud.h"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

#include "cloud/centred_points.h"
#include "cloud/cloud_on_device.h"
#include "cloud/posterior_block.h"
#include "core/check.h"

namespace syncgap::cloud {

PointCloud::PointCloud(std::vector<double> points, std::size_t dimension, PointMarks marks)
    : dimension_(dimension), groups_(std::move(marks.groups)) {
  take(std::move(points));
  mark(std::move(marks.weights));
}

PointCloud::PointCloud(std::vector<float> points, std::size_t dimension, PointMarks marks)
    : dimension_(dimension), groups_(std::move(marks.groups)) {
  take(std::move(points));
  mark(std::move(marks.weights));
}

template <class Real>
void PointCloud::take(std::vector<Real> points) {
  Centring centring = centre_in_place(points, dimension_);
  count_ = centring.count;
  centre_ = std::move(centring.centre);
  origin_ = std::move(centring.origin);
  varying_ = std::move(centring.varying);
  half_norms_.resize(count_);
  for (std::size_t i = 0; i < count_; ++i) {
    double norm = 0;
    for (std::size_t k = 0; k < varying_.size(); ++k) {
      const auto a = static_cast<double>(points[i * varying_.size() + k]);
      norm += a * a;
    }
    half_norms_[i] = norm / 2;
  }
  coordinates_ = std::move(points);
}

void PointCloud::mark(std::vector<double> weights) {
  SYNCGAP_EXPECTS(groups_.empty() || groups_.size() == count_, groups_.size(), " groups, ", count_,
                  " points");
  SYNCGAP_EXPECTS(weights.empty() || weights.size() == count_, weights.size(), " weights, ", count_,
                  " points");
  for (const std::uint32_t g : groups_) group_count_ = std::max<std::size_t>(group_count_, g + 1);
  if (group_count_ > 1) {
    membership_.assign(group_count_ * count_, 0.0);
    for (std::size_t i = 0; i < count_; ++i) membership_[groups_[i] * count_ + i] = 1;
  }
  if (weights.empty()) return;
  double total = 0;
  for (const double w : weights) {
    SYNCGAP_EXPECTS(w > 0);
    total += w;
  }
  log_weights_.resize(count_);
  for (std::size_t i = 0; i < count_; ++i) log_weights_[i] = std::log(weights[i] / total);
}

void PointCloud::copy_point(std::size_t i, std::span<double> out) const {
  SYNCGAP_EXPECTS(i < count_ && out.size() == dimension_);
  std::copy(origin_.begin(), origin_.end(), out.begin());
  std::visit(
      [&](const auto& points) {
        for (std::size_t k = 0; k < varying_.size(); ++k)
          out[varying_[k]] += static_cast<double>(points[i * varying_.size() + k]);
      },
      coordinates_);
}

template <class Real>
CloudView<Real> PointCloud::view(const std::vector<Real>& points) const {
  return {count_,      dimension_,   origin_,     varying_,    points,
          half_norms_, log_weights_, membership_, group_count_};
}

void PointCloud::move_to(const std::string& device) {
  on_device_ = std::visit([&](const auto& points) { return put_on_device(view(points), device); },
                          coordinates_);
}

/// Calls run(visited block, first state) for each block of states.
template <class Run>
void PointCloud::for_each_block(NoiseLevel level, std::span<const double> states,
                                std::span<const std::uint32_t> sources, Wanted wanted,
                                Run run) const {
  SYNCGAP_EXPECTS(level.variance > 0 && states.size() % dimension_ == 0, "variance ",
                  level.variance, ", ", states.size(), " numbers of dimension ", dimension_);
  const std::size_t batch = states.size() / dimension_;
  std::visit(
      [&](const auto& points) {
        using Real = typename std::decay_t<decltype(points)>::value_type;
        constexpr std::size_t most = PosteriorBlock<Real>::kMostStates;
        PosteriorBlock<Real> block(view(points), level, wanted, std::min(batch, most));
        for (std::size_t first = 0; first < batch; first += most) {
          const std::size_t rows = std::min(most, batch - first);
          block.visit(states.subspan(first * dimension_, rows * dimension_),
                      sources.empty() ? sources : sources.subspan(first, rows));
          run(block, first, rows);
        }
      },
      coordinates_);
}

Posterior PointCloud::posterior(NoiseLevel level, std::span<const double> states,
                                std::span<const std::uint32_t> sources, PosteriorMean mean) const {
  const std::size_t batch = states.size() / dimension_;
  SYNCGAP_EXPECTS(sources.empty() || sources.size() == batch, sources.size(), " sources, ", batch,
                  " states");
  if (on_device_) return on_device_->posterior(level, states, sources, mean);
  const bool with_mean = mean == PosteriorMean::compute;
  Posterior out;
  resize(out, batch, group_count_, dimension_, !sources.empty(), mean);
  for_each_block(
      level, states, sources, with_mean ? Wanted::mean : Wanted::weights,
      [&](const auto& block, std::size_t first, std::size_t) { block.store(first, out); });
  return out;
}

std::vector<std::uint32_t> PointCloud::nearest(NoiseLevel level,
                                               std::span<const double> states) const {
  if (on_device_) return on_device_->nearest(level, states);
  std::vector<std::uint32_t> out(states.size() / dimension_);
  for_each_block(level, states, {}, Wanted::nearest,
                 [&](const auto& block, std::size_t first, std::size_t rows) {
                   for (std::size_t r = 0; r < rows; ++r) out[first + r] = block.nearest(r);
                 });
  return out;
}

}  // namespace syncgap::cloud
