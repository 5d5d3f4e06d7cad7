#include "observables/estimate.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::observables {
namespace {

/// Of a share p of n trials, n not necessarily whole.
Interval wilson_interval_of(double p, double n, double z) {
  const double centre = p + z * z / (2 * n);
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  const double scale = 1 + z * z / n;
  return {std::max(0.0, (centre - half) / scale), std::min(1.0, (centre + half) / scale)};
}

}  // namespace

void MeanAccumulator::add(double value) {
  ++count_;
  const double off = value - mean_;
  mean_ += off / to_real(count_);
  squares_ += off * (value - mean_);
}

void MeanAccumulator::add(std::span<const double> values) {
  if (values.empty()) return;
  MeanAccumulator batch;
  batch.count_ = values.size();
  double sum = 0;
  for (const double value : values) sum += value;
  batch.mean_ = sum / to_real(values.size());
  for (const double value : values) batch.squares_ += (value - batch.mean_) * (value - batch.mean_);
  merge(batch);
}

void MeanAccumulator::merge(const MeanAccumulator& other) {
  if (other.count_ == 0) return;
  const auto mine = to_real(count_), theirs = to_real(other.count_);
  const double off = other.mean_ - mean_, total = mine + theirs;
  mean_ += off * (theirs / total);
  squares_ += other.squares_ + off * off * (mine * theirs / total);
  count_ += other.count_;
}

double MeanAccumulator::variance() const {
  if (count_ < 2) return kNoValue;
  return squares_ / to_real(count_ - 1);
}

Estimate MeanAccumulator::estimate() const {
  return {mean_, std::sqrt(variance() / to_real(count_)), count_};
}

Estimate MeanAccumulator::share_estimate(double draws) const {
  Estimate found = estimate();
  if (count_ < 2) return found;
  // (sum x)^2 / sum x^2 of the draws' distances x from the nearer end: events among many zeros, and
  // all draws where each is at a small distance.
  const double off = std::max(0.0, std::min(mean_, 1.0 - mean_));
  const double square = off * off + variance() * (draws / to_real(count_));
  const double events = off > 0.0 ? draws * (off * off / square) : 0.0;
  if (events < kFewestEvents && 9.0 * events < draws)
    found.standard_error = std::max(found.standard_error, rare_event_error(events, 1.0, draws));
  return found;
}

double effective_events(std::span<const double> sample) {
  if (sample.empty()) return 0.0;
  MeanAccumulator accumulator;
  accumulator.add(sample);
  double largest = 0.0;
  for (const double value : sample)
    largest = std::max(largest, std::abs(value - accumulator.mean()));
  // Deviations at the rounding error of the mean are none.
  if (!(largest > 1e-14 * std::abs(accumulator.mean()))) return 0.0;
  double second = 0.0, fourth = 0.0;
  for (const double value : sample) {
    const double share = (value - accumulator.mean()) / largest;
    second += share * share;
    fourth += share * share * share * share;
  }
  return second * second / fourth;
}

bool has_few_events(std::span<const double> sample) {
  const double events = effective_events(sample);
  return events < kFewestEvents && 9.0 * events < to_real(sample.size());
}

double rare_event_error(double events, double range, double count) {
  constexpr double kUnseen = 3.0 / kZ95;
  return range * std::sqrt(events + kUnseen * kUnseen) / count;
}

namespace {

/// `found`, with an error that counts what its sample may have missed.
Estimate counting_unseen(Estimate found, std::span<const double> sample, double range) {
  if (std::isnan(found.value) || !has_few_events(sample)) return found;
  if (std::isinf(range)) return {kNoValue, kNoValue, found.count};
  const double least = rare_event_error(effective_events(sample), range, to_real(sample.size()));
  if (!(found.standard_error >= least)) found.standard_error = least;
  return found;
}

}  // namespace

Estimate estimate_mean_within(std::span<const double> sample, double range) {
  return counting_unseen(estimate_mean(sample), sample, range);
}

Estimate estimate_variance_within(std::span<const double> sample, double range) {
  return counting_unseen(estimate_variance(sample), sample, range * range);
}

Estimate estimate_mean(std::span<const double> sample) {
  MeanAccumulator accumulator;
  accumulator.add(sample);
  return accumulator.estimate();
}

Estimate estimate_variance(std::span<const double> sample) {
  const double n = to_real(sample.size());
  const double mean = estimate_mean(sample).value;
  double second = 0, fourth = 0;
  for (const double value : sample) {
    const double square = (value - mean) * (value - mean);
    second += square;
    fourth += square * square;
  }
  Estimate found{kNoValue, kNoValue, sample.size()};
  if (sample.size() < 2) return found;
  found.value = second / (n - 1);
  if (sample.size() < 4) return found;
  // Var s^2 = (mu_4 - sigma^4 (n - 3) / (n - 1)) / n.
  const double spread = fourth / n - found.value * found.value * (n - 3) / (n - 1);
  found.standard_error = std::sqrt(std::max(spread, 0.0) / n);
  return found;
}

Estimate estimate_ratio(std::span<const double> a, std::span<const double> b) {
  SYNCGAP_EXPECTS(a.size() == b.size());
  const double below = estimate_mean(b).value;
  if (below == 0) {
    return {kNoValue, kNoValue, a.size()};
  }
  const double ratio = estimate_mean(a).value / below;
  MeanAccumulator residuals;
  for (std::size_t i = 0; i < a.size(); ++i) residuals.add((a[i] - ratio * b[i]) / below);
  return {ratio, residuals.estimate().standard_error, a.size()};
}

Estimate estimate_paired_difference(std::span<const double> a, std::span<const double> b) {
  SYNCGAP_EXPECTS(a.size() == b.size());
  MeanAccumulator accumulator;
  for (std::size_t i = 0; i < a.size(); ++i) accumulator.add(a[i] - b[i]);
  return accumulator.estimate();
}

Interval wilson_interval(std::uint64_t successes, std::uint64_t trials, double z) {
  SYNCGAP_EXPECTS(trials > 0 && successes <= trials);
  const auto n = to_real(trials);
  return wilson_interval_of(to_real(successes) / n, n, z);
}

IntervalEstimate wilson_share(std::uint64_t successes, std::uint64_t trials) {
  return {to_real(successes) / to_real(trials), wilson_interval(successes, trials)};
}

ShareEstimate estimate_share(std::span<const double> values, double most) {
  SYNCGAP_EXPECTS(values.size() >= 2 && most >= 1);
  const Estimate mean = estimate_mean(values);
  const auto n = to_real(values.size());
  const double p = std::clamp(mean.value, 0.0, 1.0);
  const double variance = mean.standard_error * mean.standard_error;
  // Of equal values nothing but their number is known.
  const double count = variance > 0 ? std::clamp(p * (1 - p) / variance, n, n * most) : n;
  return {{mean.value, wilson_interval_of(p, count, kZ95)}, count};
}

}  // namespace syncgap::observables
