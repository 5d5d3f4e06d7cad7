#pragma once

#include <cstdint>
#include <span>

#include "core/estimate.h"

namespace syncgap::observables {

/// Mean and variance of numbers that arrive one by one or in batches (Welford; Chan, Golub and
/// LeVeque for the merge): no cancellation, however large the mean. The result depends on the
/// order of arrival to rounding, so feed it in a fixed order where bits matter.
class MeanAccumulator {
 public:
  void add(double value);
  void add(std::span<const double> values);
  void merge(const MeanAccumulator& other);

  std::uint64_t count() const { return count_; }
  double mean() const { return mean_; }
  /// Unbiased sample variance; NaN below two samples.
  double variance() const;
  Estimate estimate() const;

 private:
  std::uint64_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;  ///< sum of squared deviations from the mean
};

/// Mean of a sample with its standard error.
Estimate estimate_mean(std::span<const double> sample);

/// Unbiased variance of a sample with its standard error from the fourth moment, which needs no
/// normality; two passes, so a large mean costs no digits. The error is NaN below four samples.
Estimate estimate_variance(std::span<const double> sample);

/// Mean of a_i - b_i with the standard error of the pairs: small when a and b share their noise.
Estimate estimate_paired_difference(std::span<const double> a, std::span<const double> b);

/// mean(a) / mean(b) of pairs with its standard error by the delta method, which counts their
/// correlation; the ratio's own bias is of order 1 / n. NaN where mean(b) is 0.
Estimate estimate_ratio(std::span<const double> a, std::span<const double> b);

/// Quantile of the standard normal for a two-sided 95% interval.
inline constexpr double kZ95 = 1.959963984540054;

/// Score interval of a proportion (Wilson 1927): inside [0, 1], and honest at 0 and at n.
Interval wilson_interval(std::uint64_t successes, std::uint64_t trials, double z = kZ95);
/// successes / trials with that interval.
IntervalEstimate wilson_share(std::uint64_t successes, std::uint64_t trials);

/// A share that is the mean of values in [0, 1] rather than of successes and failures.
struct ShareEstimate : IntervalEstimate {  // Wilson's interval, with `count` trials
  double count = 0;  ///< independent successes and failures that would have the same error
};
/// At least as many trials as values, and at most `most` for each: an error of few values may be
/// small by chance.
ShareEstimate estimate_share(std::span<const double> values, double most);

}  // namespace syncgap::observables
