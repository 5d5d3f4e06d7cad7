#include "observables/resampled_means.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/check.h"
#include "core/numbers.h"
#include "observables/matrix_product.h"
#include "observables/quantile.h"

namespace syncgap::observables {
namespace {

constexpr std::size_t kResamplesTogether = 64;

}  // namespace

ResampledMeans::ResampledMeans(std::span<const double> values, std::size_t quantities,
                               const RandomStream& stream, std::size_t resamples)
    : resamples_(resamples),
      samples_(values.size() / quantities),
      means_(quantities, 0.0),
      resampled_(resamples * quantities, 0.0) {
  SYNCGAP_EXPECTS(quantities > 0 && values.size() % quantities == 0 && !values.empty(),
                  values.size(), " values of ", quantities, " quantities");
  const std::size_t samples = samples_;
  const double share = 1.0 / to_real(samples);
  const std::vector<double> equal(samples, share);
  const Strides strides{samples, quantities, quantities};
  add_product(1, quantities, samples, equal.data(), values.data(), means_.data(), strides);
  std::vector<double> column(samples);
  for (std::size_t k = 0; k < quantities; ++k) {
    for (std::size_t i = 0; i < samples; ++i) column[i] = values[i * quantities + k];
    events_.push_back(effective_events(column));
  }
  std::vector<double> uniforms(samples);
  for (std::size_t first = 0; first < resamples; first += kResamplesTogether) {
    const std::size_t rows = std::min(kResamplesTogether, resamples - first);
    std::vector<double> weights(rows * samples, 0.0);  // how often each sample is drawn, over N
    for (std::size_t r = 0; r < rows; ++r)
      for_each_drawn(stream, first + r, uniforms,
                     [&](std::size_t i) { weights[r * samples + i] += share; });
    add_product(rows, quantities, samples, weights.data(), values.data(),
                resampled_.data() + first * quantities, strides);  // (R, N) (N, K) -> (R, K)
  }
}

IntervalEstimate ResampledMeans::with_unseen(IntervalEstimate found, std::size_t k, double least,
                                             double most) const {
  const double count = to_real(samples_), events = events_[k];
  if (std::isinf(most) || !(events < kFewestEvents && 9.0 * events < count)) return found;
  const double half = kZ95 * rare_event_error(events, most - least, count);
  found.interval.low = std::max(least, std::min(found.interval.low, found.value - half));
  found.interval.high = std::min(most, std::max(found.interval.high, found.value + half));
  return found;
}

std::span<const double> ResampledMeans::resample(std::size_t r) const {
  return std::span(resampled_).subspan(r * quantities(), quantities());
}

Interval ResampledMeans::interval(std::size_t k, double level) const {
  return interval(
      k, 1, [](std::span<const double> means) { return means[0]; }, level);
}

Interval ResampledMeans::interval(std::size_t first, std::size_t count, const Statistic& of,
                                  double level) const {
  std::vector<double> found;
  for (std::size_t r = 0; r < resamples_; ++r)
    found.push_back(of(resample(r).subspan(first, count)));
  return percentile_interval(std::move(found), level);
}

Interval percentile_interval(std::vector<double> values, double level, double least_known) {
  const double least = least_known * to_real(values.size());
  std::erase_if(values, [](double x) { return std::isnan(x); });
  if (values.empty() || to_real(values.size()) < least)
    return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
  return {quantile(values, (1 - level) / 2), quantile(values, (1 + level) / 2)};
}

}  // namespace syncgap::observables
