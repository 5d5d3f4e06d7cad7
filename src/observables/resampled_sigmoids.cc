#include "observables/resampled_sigmoids.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <numeric>

#include "core/check.h"
#include "core/numbers.h"
#include "observables/resampled_means.h"

namespace syncgap::observables {
namespace {

/// Share of resamples that are fitted, below which a curve is no sigmoid. The share stands beside
/// every interval, so that whoever reads it may want more.
constexpr double kLeastFitted = 0.5;

/// Columns of (N, K) in increasing order, with the pair each value came from.
class Column {
 public:
  Column(std::span<const double> values, std::size_t stride, std::size_t k)
      : order_(values.size() / stride) {
    std::iota(order_.begin(), order_.end(), 0U);
    std::stable_sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return values[a * stride + k] < values[b * stride + k];
    });
    for (const std::uint32_t i : order_) sorted_.push_back(values[i * stride + k]);
  }

  /// With pair i taken counts[i] times, as many in all as there are pairs.
  double statistic(PairStatistic of, std::span<const std::uint32_t> counts) const {
    const std::size_t pairs = order_.size();
    if (of == PairStatistic::mean) {
      double sum = 0;
      for (std::size_t j = 0; j < pairs; ++j) sum += sorted_[j] * counts[order_[j]];
      return sum / to_real(pairs);
    }
    std::size_t j = 0, seen = counts[order_[0]];
    while (seen <= (pairs - 1) / 2) seen += counts[order_[++j]];
    const double lower = sorted_[j];
    while (seen <= pairs / 2) seen += counts[order_[++j]];
    return (lower + sorted_[j]) / 2;
  }

 private:
  std::vector<std::uint32_t> order_;
  std::vector<double> sorted_;
};

}  // namespace

ResampledSigmoids::ResampledSigmoids(std::span<const double> t,
                                     std::span<const std::span<const double>> curves,
                                     const RandomStream& stream,
                                     const ResampledSigmoidsOptions& options)
    : options_(options), t_(t.begin(), t.end()) {
  SYNCGAP_EXPECTS(!t.empty() && !curves.empty());
  const std::size_t pairs = curves.front().size() / t.size();
  std::vector<Column> columns;  // (C, K)
  for (const auto& curve : curves) {
    SYNCGAP_EXPECTS(pairs > 0 && curve.size() == pairs * t.size(), curve.size(), " values of ",
                    pairs, " pairs at ", t.size(), " points");
    for (std::size_t i = 0; i < curve.size(); ++i)
      if (!std::isfinite(curve[i]))
        throw UnitError(concat("the curves of pairs cannot be fitted: pair ", i / t.size(),
                               " at t = ", t[i % t.size()], " is ", curve[i]));
    for (std::size_t k = 0; k < t.size(); ++k) columns.emplace_back(curve, t.size(), k);
  }
  std::vector<std::uint32_t> counts(pairs, 1);
  for (const Column& column : columns)
    values_.push_back(column.statistic(options.statistic, counts));
  std::vector<double> uniforms(pairs);
  for (std::size_t r = 0; r < options.resamples; ++r) {
    std::fill(counts.begin(), counts.end(), 0U);
    for_each_drawn(stream, r, uniforms, [&](std::size_t i) { ++counts[i]; });
    for (const Column& column : columns)
      resampled_values_.push_back(column.statistic(options.statistic, counts));
  }
  for (std::size_t k = 0; k < columns.size(); ++k) {
    MeanAccumulator over_resamples;
    for (std::size_t r = 0; r < options.resamples; ++r)
      over_resamples.add(resampled_values_[r * columns.size() + k]);
    errors_.push_back(options.resamples > 1 ? std::sqrt(over_resamples.variance()) : 0.0);
  }
  const SigmoidFitter fitter(t_, options.fit);
  for (std::size_t c = 0; c < curves.size(); ++c) fits_.push_back(fitter.fit(values(c), errors(c)));
  // A resample scatters about the truth by the errors of the pairs and once more by its draw: by
  // the errors of one draw alone chi^2 would refuse every sigmoid of many points.
  std::vector<double> twice_drawn(errors_);
  for (double& error : twice_drawn) error *= std::numbers::sqrt2;
  for (std::size_t r = 0; r < options.resamples; ++r)
    for (std::size_t c = 0; c < curves.size(); ++c)
      resampled_.push_back(fitter.fit(
          std::span(resampled_values_).subspan((r * curves.size() + c) * t.size(), t.size()),
          row(twice_drawn, c)));
}

IntervalEstimate ResampledSigmoids::statistic(const Statistic& of) const {
  std::vector<double> found;
  for (std::size_t r = 0; r < options_.resamples; ++r)
    found.push_back(of(std::span(resampled_).subspan(r * curves(), curves())));
  return {of(fits_), percentile_interval(std::move(found), options_.level, kLeastFitted)};
}

IntervalEstimate ResampledSigmoids::of_curve(std::size_t curve, double Sigmoid::*parameter) const {
  return statistic([=](std::span<const SigmoidFit> fits) { return fits[curve].curve.*parameter; });
}

IntervalEstimate ResampledSigmoids::midpoint(std::size_t curve) const {
  return of_curve(curve, &Sigmoid::midpoint);
}

IntervalEstimate ResampledSigmoids::width(std::size_t curve) const {
  return of_curve(curve, &Sigmoid::width);
}

IntervalEstimate ResampledSigmoids::floor(std::size_t curve) const {
  return of_curve(curve, &Sigmoid::floor);
}

IntervalEstimate ResampledSigmoids::plateau(std::size_t curve) const {
  return of_curve(curve, &Sigmoid::plateau);
}

IntervalEstimate ResampledSigmoids::midpoint_difference(std::size_t late, std::size_t early) const {
  return statistic([=](std::span<const SigmoidFit> fits) {
    return fits[late].curve.midpoint - fits[early].curve.midpoint;
  });
}

IntervalEstimate ResampledSigmoids::crossing(std::size_t curve, double level) const {
  return statistic(
      [=](std::span<const SigmoidFit> fits) { return fits[curve].curve.crossing(level); });
}

IntervalEstimate ResampledSigmoids::of_values(const OfValues& of) const {
  std::vector<double> found;
  for (std::size_t r = 0; r < options_.resamples; ++r)
    found.push_back(of(std::span(resampled_values_).subspan(r * values_.size(), values_.size())));
  return {of(values_), percentile_interval(std::move(found), options_.level)};
}

IntervalEstimate ResampledSigmoids::linear_crossing(std::size_t curve, double level) const {
  return of_values([=, this](std::span<const double> values) {
    return observables::linear_crossing({t_, values.subspan(curve * t_.size(), t_.size())}, level);
  });
}

IntervalEstimate ResampledSigmoids::linear_crossing_difference(std::size_t late, std::size_t early,
                                                               double level) const {
  return of_values([=, this](std::span<const double> values) {
    const auto passes = [&](std::size_t curve) {
      return observables::linear_crossing({t_, values.subspan(curve * t_.size(), t_.size())},
                                          level);
    };
    return passes(late) - passes(early);
  });
}

double ResampledSigmoids::share_fitted(std::size_t curve) const {
  double fitted = 0;
  for (std::size_t r = 0; r < options_.resamples; ++r)
    fitted += resampled_[r * curves() + curve].status == FitStatus::fitted ? 1 : 0;
  return fitted / to_real(options_.resamples);
}

FitStatus ResampledSigmoids::status(std::size_t curve) const {
  const FitStatus of_all = fits_[curve].status;
  return of_all == FitStatus::fitted && share_fitted(curve) < kLeastFitted ? FitStatus::unstable
                                                                           : of_all;
}

}  // namespace syncgap::observables
