#include "experiments/exact_score/metrics.h"

#include <bit>
#include <cmath>
#include <numbers>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::experiments {
namespace {

double log_cosh(double x) {
  const double size = std::abs(x);
  return size + std::log1p(std::exp(-2 * size)) - std::numbers::ln2;
}

void add_differences(observables::MeanAccumulator& mean, std::span<const double> values,
                     std::span<const double> baseline) {
  std::vector<double> difference(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) difference[i] = values[i] - baseline[i];
  mean.add(difference);
}

}  // namespace

TrialMetrics measure_trials(const sde::BlockView& view, std::size_t sampler,
                            const sde::TwoClassData& data) {
  const sde::PlanePositions x = view.source(sampler), y = view.target(sampler);
  const std::vector<double> outside = view.target_outside(sampler);
  const double norm = data.mean_norm(), variance = data.variance;
  const double mean_u = norm * std::cos(data.angle), mean_v = norm * std::sin(data.angle);
  const double plane_constant = std::log(2 * std::numbers::pi * variance);
  const double others = to_real(data.dimension - 2);
  TrialMetrics metrics;
  for (std::size_t i = 0; i < view.trials(); ++i) {
    const double x_u = x.u[i], y_u = y.u[i], y_v = y.v[i];
    const double along_mean = mean_u * y_u + mean_v * y_v;  // <y_0, mu_y>
    const double side = x_u > 0 ? 1 : -1;
    metrics.accuracy.push_back((x_u > 0) == (along_mean > 0) ? 1 : 0);
    metrics.mse.push_back(0.5 * ((y_u - side * mean_u) * (y_u - side * mean_u) +
                                 (y_v - side * mean_v) * (y_v - side * mean_v)));
    // log sum_k w_k(x_0) e^{k a} = log cosh(l + a) - log cosh(l), l the half logit of the class.
    const double half_logit = norm * x_u / variance, pull = along_mean / variance;
    metrics.nll.push_back(plane_constant + 0.5 * (y_u * y_u + y_v * y_v + norm * norm) / variance -
                          log_cosh(half_logit + pull) + log_cosh(half_logit));
  }
  if (!outside.empty()) {
    for (std::size_t i = 0; i < view.trials(); ++i) {
      metrics.nll[i] += 0.5 * (others * plane_constant + outside[i] / variance);
      metrics.outside.push_back(others > 0 ? outside[i] / others : std::nan(""));
    }
  }
  return metrics;
}

double nll_outside_plane(const sde::TwoClassData& data, double variance) {
  const double others = to_real(data.dimension - 2);
  return 0.5 * others * (std::log(2 * std::numbers::pi * data.variance) + variance / data.variance);
}

void MetricMeans::add(const TrialMetrics& metrics, const TrialMetrics& baseline) {
  accuracy.add(metrics.accuracy);
  mse.add(metrics.mse);
  nll.add(metrics.nll);
  outside.add(metrics.outside);
  add_differences(delta_accuracy, metrics.accuracy, baseline.accuracy);
  add_differences(delta_mse, metrics.mse, baseline.mse);
  add_differences(delta_nll, metrics.nll, baseline.nll);
}

ClassHistory::ClassHistory(std::size_t samplers, std::size_t times)
    : times_(times),
      sides_(samplers * times),
      agreements_(samplers * times),
      commitments_(samplers * times),
      trials_(samplers) {}

void ClassHistory::remember(std::size_t sampler, std::size_t time, std::uint64_t y_sides) {
  sides_[at(sampler, time)] = y_sides;
}

void ClassHistory::finish(std::size_t sampler, std::size_t trials, std::uint64_t x_sides,
                          std::uint64_t y_sides) {
  SYNCGAP_EXPECTS(trials > 0 && trials <= 64);
  const std::uint64_t valid = ~std::uint64_t{0} >> (64 - trials);
  const auto equal = [valid](std::uint64_t a, std::uint64_t b) {
    return static_cast<std::uint64_t>(std::popcount(~(a ^ b) & valid));
  };
  for (std::size_t time = 0; time < times_; ++time) {
    const std::uint64_t then = sides_[at(sampler, time)];
    agreements_[at(sampler, time)] += equal(then, x_sides);
    commitments_[at(sampler, time)] += equal(then, y_sides);
  }
  trials_[sampler] += trials;
}

double ClassHistory::agreement(std::size_t sampler, std::size_t time) const {
  return static_cast<double>(agreements_[at(sampler, time)]) / to_real(trials_[sampler]);
}

double ClassHistory::commitment(std::size_t sampler, std::size_t time) const {
  return static_cast<double>(commitments_[at(sampler, time)]) / to_real(trials_[sampler]);
}

std::uint64_t sides(const sde::PlanePositions& positions, double angle) {
  SYNCGAP_EXPECTS(positions.u.size() <= 64);
  const double along_u = std::cos(angle), along_v = std::sin(angle);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < positions.u.size(); ++i)
    if (along_u * positions.u[i] + along_v * positions.v[i] > 0) bits |= std::uint64_t{1} << i;
  return bits;
}

}  // namespace syncgap::experiments
