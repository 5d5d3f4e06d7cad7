#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "core/numbers.h"
#include "core/random.h"
#include "observables/estimate.h"

namespace syncgap::observables {

/// Means of K quantities over N samples, and over R bootstrap samples that are the same for all K:
/// what a curve and any number computed from it are worth.
class ResampledMeans {
 public:
  using Statistic = std::function<double(std::span<const double>)>;

  /// `values` (N, K). Resample r draws N samples with replacement, by trial r of `stream`.
  ResampledMeans(std::span<const double> values, std::size_t quantities, const RandomStream& stream,
                 std::size_t resamples);

  std::size_t quantities() const { return means_.size(); }
  std::span<const double> means() const { return means_; }
  /// Means of resample r: (K).
  std::span<const double> resample(std::size_t r) const;

  /// Percentile interval of mean k.
  Interval interval(std::size_t k, double level = 0.95) const;
  /// Percentile interval of a number computed from quantities [first, first + count). NaN where it
  /// does not exist in at least half of the resamples; the others are left out.
  Interval interval(std::size_t first, std::size_t count, const Statistic& of,
                    double level = 0.95) const;

  /// Mean k with its percentile interval.
  IntervalEstimate mean(std::size_t k) const { return {means_[k], interval(k)}; }
  /// Resamples do not know of rare events that the samples do not hold. `found`, a number between
  /// `least` and `most` to which quantity k contributes: where k has few events, with an interval
  /// that is at least that of the rule of three. Infinite bounds leave it as it is.
  IntervalEstimate with_unseen(IntervalEstimate found, std::size_t k, double least,
                               double most) const;
  /// Mean k of values between `least` and `most`, in this way.
  IntervalEstimate mean_within(std::size_t k, double least, double most) const {
    return with_unseen(mean(k), k, least, most);
  }
  /// A number computed from quantities [first, first + count), or from all, with its interval.
  IntervalEstimate statistic(std::size_t first, std::size_t count, const Statistic& of) const {
    return {of(means().subspan(first, count)), interval(first, count, of)};
  }
  IntervalEstimate statistic(const Statistic& of) const { return statistic(0, quantities(), of); }

 private:
  std::size_t resamples_;
  std::size_t samples_;
  std::vector<double> means_;      // (K)
  std::vector<double> events_;     // effective events, (K)
  std::vector<double> resampled_;  // (R, K)
};

/// Calls use(i) for each of the N samples that resample r draws with replacement: trial r of the
/// stream. `uniforms` is working space of N numbers.
template <class Use>
void for_each_drawn(const RandomStream& stream, std::size_t r, std::span<double> uniforms,
                    const Use& use) {
  stream.fill_uniforms<double>(r, 0, uniforms);
  for (const double u : uniforms) use(static_cast<std::size_t>(u * to_real(uniforms.size())));
}

/// Share of resamples that need a value. Those without one are no random ones: where more are
/// missing than the tails of an interval hold, the others' percentiles are not those of the value.
inline constexpr double kLeastKnown = 0.95;

/// Percentile interval of numbers, NaNs left out; no ends where fewer than that share are numbers.
Interval percentile_interval(std::vector<double> values, double level = 0.95,
                             double least_known = kLeastKnown);

}  // namespace syncgap::observables
