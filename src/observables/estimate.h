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
  /// The same of numbers within [0, 1], as estimate_mean_within: events are what keeps the mean
  /// from 0 or from 1. `draws` >= count() where each number is a mean of several draws.
  Estimate share_estimate(double draws) const;
  Estimate share_estimate() const { return share_estimate(static_cast<double>(count_)); }

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

// Rare events. A sample whose spread comes from a handful of numbers, or from none, knows little of
// its own error: an event that was not seen among n may still have a probability of 3 / n (95%, the
// rule of three).

/// With fewer events than this the standard error of a sample is not taken at its word.
inline constexpr double kFewestEvents = 10;

/// How many numbers the spread of a sample rests on, (sum d^2)^2 / sum d^4 of the deviations d from
/// the mean: k for k equal events among many zeros, a third of all for normal numbers, 0 for equal
/// ones.
double effective_events(std::span<const double> sample);

/// Whether rare events decide the spread of a sample and fewer than kFewestEvents were seen.
bool has_few_events(std::span<const double> sample);

/// A standard error of `count` draws from which events of size `range` are missing or few: at least
/// the one that makes the rule of three a 95% interval where no event was seen.
double rare_event_error(double events, double range, double count);

/// As estimate_mean, of numbers that lie within an interval of length `range`: where they have few
/// events the error is at least rare_event_error. Without a range, infinity, such a mean is NaN:
/// too few events.
Estimate estimate_mean_within(std::span<const double> sample, double range);

/// As estimate_variance, in the same way.
Estimate estimate_variance_within(std::span<const double> sample, double range);

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
