#include "theory/collapse.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include <boost/math/tools/toms748_solve.hpp>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::theory {
namespace {

/// expm1(x)/x, 1 at x = 0.
double expm1_ratio(double x) { return std::abs(x) < 1e-16 ? 1.0 : std::expm1(x) / x; }
/// log1p(x)/x, 1 at x = 0.
double log1p_ratio(double x) { return std::abs(x) < 1e-16 ? 1.0 : std::log1p(x) / x; }

/// The root in t > 0 of a function of time that falls from +infinity to below 0, near `guess`.
template <class Falling>
double falling_root(Falling f, double guess) {
  double low = guess, at_low = f(low);
  double high = low, at_high = at_low;
  while (at_low < 0.0) low *= 0.5, at_low = f(low);
  while (at_high > 0.0) high *= 2.0, at_high = f(high);
  if (at_low == 0.0) return low;
  if (at_high == 0.0) return high;
  std::uintmax_t iterations = 200;
  const auto bracket = boost::math::tools::toms748_solve(
      f, low, high, at_low, at_high, boost::math::tools::eps_tolerance<double>(), iterations);
  return 0.5 * (bracket.first + bracket.second);
}

Eigen::Matrix2d drifted(const Transition& moved, const DataLaw& data) {
  Eigen::Matrix2d start = Eigen::Matrix2d::Zero();
  start.diagonal() << data.variance_x, data.variance_y;
  return moved.propagator * start * moved.propagator.transpose();
}

}  // namespace

double memory_ratio(double rate, double noise_variance, double variance, double t) {
  SYNCGAP_EXPECTS(t > 0.0);
  return variance / noise_variance / (t * expm1_ratio(-2.0 * rate * t));
}

double mode_collapse_time(double rate, double noise_variance, double variance, double log_ratio) {
  SYNCGAP_EXPECTS(log_ratio > 0.0);
  // chi = e^L - 1 solved for t; the bound (75) is its value at rate 0.
  const double bound = collapse_time_bound(noise_variance, variance, log_ratio);
  return bound * log1p_ratio(-2.0 * rate * bound);
}

double joint_collapse_time(std::span<const double> rates, double noise_variance, double variance,
                           double log_ratio) {
  SYNCGAP_EXPECTS(!rates.empty() && log_ratio > 0.0);
  // Where every mode alone is past its even share of the ratio, so is their sum.
  const double share = log_ratio / to_real(rates.size());
  double low = std::numeric_limits<double>::infinity(), high = 0.0;
  for (double rate : rates) {
    const double alone = mode_collapse_time(rate, noise_variance, variance, share);
    low = std::min(low, alone);
    high = std::max(high, alone);
  }
  auto excess = [&](double t) {
    double sum = -log_ratio;
    for (double rate : rates) sum += std::log1p(memory_ratio(rate, noise_variance, variance, t));
    return sum;
  };
  const double at_low = excess(low), at_high = excess(high);
  if (!(at_low > 0.0)) return low;
  if (!(at_high < 0.0)) return high;
  std::uintmax_t iterations = 200;
  const auto bracket = boost::math::tools::toms748_solve(
      excess, low, high, at_low, at_high, boost::math::tools::eps_tolerance<double>(), iterations);
  return 0.5 * (bracket.first + bracket.second);
}

double collapse_time_bound(double noise_variance, double variance, double log_ratio) {
  SYNCGAP_EXPECTS(log_ratio > 0.0);
  return variance / noise_variance / std::expm1(log_ratio);
}

double mode_collapse_time(const ModeMoments& mode, double variance, double log_ratio) {
  return joint_collapse_time(std::span(&mode, 1), variance, log_ratio);
}

double joint_collapse_time(std::span<const ModeMoments> modes, double variance, double log_ratio) {
  SYNCGAP_EXPECTS(!modes.empty() && log_ratio > 0.0);
  auto excess = [&](double t) {
    double sum = -log_ratio;
    for (const ModeMoments& mode : modes) {
      const ModeTransition moved = mode.at(t);
      sum += std::log1p(std::exp(2.0 * moved.log_growth) * variance / moved.noise);
    }
    return sum;
  };
  const double share = log_ratio / to_real(modes.size());
  return falling_root(excess,
                      collapse_time_bound(modes.front().mode().noise_variance, variance, share));
}

std::array<double, 2> memory_ratios(const Transition& moved, const DataLaw& data) {
  const Eigen::Matrix2d s = drifted(moved, data);
  const Eigen::Matrix2d& q = moved.noise;
  const double det_q = q(0, 0) * q(1, 1) - q(0, 1) * q(1, 0);
  // det S = det(E)^2 det(S0): a product, where the elements of S would cancel.
  const double det_e = moved.propagator(0, 0) * moved.propagator(1, 1) -
                       moved.propagator(0, 1) * moved.propagator(1, 0);
  const double det_ratio = det_e * det_e * data.variance_x * data.variance_y / det_q;
  const double half_trace =
      0.5 * (q(1, 1) * s(0, 0) + q(0, 0) * s(1, 1) - 2.0 * q(0, 1) * s(0, 1)) / det_q;
  const double larger = half_trace + std::sqrt(std::max(0.0, half_trace * half_trace - det_ratio));
  return {larger, det_ratio / larger};
}

double joint_collapse_time(const CoupledMoments& moments, const DataLaw& data, double log_ratio) {
  SYNCGAP_EXPECTS(log_ratio > 0.0);
  auto excess = [&](double t) {
    const auto chi = memory_ratios(moments.at(t), data);
    return std::log1p(chi[0]) + std::log1p(chi[1]) - log_ratio;
  };
  return falling_root(
      excess, collapse_time_bound(moments.process().noise_variance,
                                  std::max(data.variance_x, data.variance_y), 0.5 * log_ratio));
}

double conditional_log_ratio(const Transition& moved, const DataLaw& data) {
  const Eigen::Matrix2d s = drifted(moved, data);
  const Eigen::Matrix2d& q = moved.noise;
  const double noise = q(1, 1) - q(0, 1) * q(0, 1) / q(0, 0);
  // C_{y|x} - Q_{y|x} is S_{y|x} and a square: (a + b)^2/(p + q) <= a^2/p + b^2/q.
  const double det_e = moved.propagator(0, 0) * moved.propagator(1, 1) -
                       moved.propagator(0, 1) * moved.propagator(1, 0);
  const double own = det_e * det_e * data.variance_x * data.variance_y / s(0, 0);
  const double twist = s(0, 1) * q(0, 0) - s(0, 0) * q(0, 1);
  const double through_x = twist * twist / (s(0, 0) * q(0, 0) * (s(0, 0) + q(0, 0)));
  return std::log1p((own + through_x) / noise);
}

double conditional_collapse_time(const CoupledMoments& moments, const DataLaw& data,
                                 double log_ratio) {
  SYNCGAP_EXPECTS(log_ratio > 0.0);
  auto excess = [&](double t) { return conditional_log_ratio(moments.at(t), data) - log_ratio; };
  // Not an information about the data alone, so not monotone for certain: walk in from a time at
  // which it is below (the joint ratio bounds it) to the last crossing.
  double high = 2.0 * joint_collapse_time(moments, data, log_ratio);
  double at_high = excess(high);
  while (at_high >= 0.0) high *= 2.0, at_high = excess(high);
  constexpr double kStep = 0.98;
  for (double low = kStep * high;; low *= kStep) {
    const double at_low = excess(low);
    if (at_low >= 0.0) {
      std::uintmax_t iterations = 200;
      if (at_low == 0.0) return low;
      const auto bracket = boost::math::tools::toms748_solve(
          excess, low, high, at_low, at_high, boost::math::tools::eps_tolerance<double>(),
          iterations);
      return 0.5 * (bracket.first + bracket.second);
    }
    high = low, at_high = at_low;
  }
}

}  // namespace syncgap::theory
