#include "theory/collapse.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.h"
#include "core/numbers.h"
#include "core/root.h"

namespace syncgap::theory {
namespace {

/// expm1(x)/x, 1 at x = 0.
double expm1_ratio(double x) { return std::abs(x) < 1e-16 ? 1.0 : std::expm1(x) / x; }
/// log1p(x)/x, 1 at x = 0.
double log1p_ratio(double x) { return std::abs(x) < 1e-16 ? 1.0 : std::log1p(x) / x; }

/// The root in t > 0 of a function of time that falls from +infinity to below 0, near `guess`.
template <class Falling>
double falling_root(Falling f, double guess) {
  if (!(guess > 0.0)) return 0.0;  // nearer to 0 than the smallest number
  double low = guess, at_low = f(low);
  double high = low, at_high = at_low;
  while (at_low < 0.0) high = low, at_high = at_low, low *= 0.5, at_low = f(low);
  while (at_high > 0.0) low = high, at_low = at_high, high *= 2.0, at_high = f(high);
  return find_root("collapse time", f, {low, high, at_low, at_high});
}

/// A matrix of size about 1 times 2^exponent. Products of its elements neither overflow nor
/// underflow, and have the bits of those of the matrix itself wherever these do not either.
struct Scaled {
  Eigen::Matrix2d matrix;
  int exponent = 0;

  explicit Scaled(const Eigen::Matrix2d& of) {
    const double largest = of.cwiseAbs().maxCoeff();
    if (largest > 0.0) std::frexp(largest, &exponent);
    for (Eigen::Index i = 0; i < of.size(); ++i) matrix(i) = std::ldexp(of(i), -exponent);
  }
};

/// S = E C0 E^T, what the data's covariance has become, and det S = det(E)^2 det(C0): a product,
/// where the elements of S would cancel. Zero where the drift has forgotten the data to the last
/// bit.
struct Drifted {
  Scaled covariance;
  double determinant;  ///< of covariance.matrix

  Drifted(const Transition& moved, const DataLaw& data) : covariance(matrix(moved, data)) {
    const Eigen::Matrix2d& e = moved.propagator;
    const double det_e = std::ldexp(e(0, 0) * e(1, 1) - e(0, 1) * e(1, 0), -covariance.exponent);
    determinant = det_e * det_e * data.variance_x * data.variance_y;
  }

  static Eigen::Matrix2d matrix(const Transition& moved, const DataLaw& data) {
    Eigen::Matrix2d start = Eigen::Matrix2d::Zero();
    start.diagonal() << data.variance_x, data.variance_y;
    return moved.propagator * start * moved.propagator.transpose();
  }
  bool forgotten() const { return !(covariance.matrix(0, 0) > 0.0); }
};

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
  return find_root("collapse time", excess, {low, high, at_low, at_high});
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
  const Drifted drifted(moved, data);
  if (drifted.forgotten()) return {0.0, 0.0};
  const Scaled noise(moved.noise);
  const Eigen::Matrix2d &s = drifted.covariance.matrix, &q = noise.matrix;
  const double det_q = q(0, 0) * q(1, 1) - q(0, 1) * q(1, 0);
  const double det_ratio = drifted.determinant / det_q;
  const double half_trace =
      0.5 * (q(1, 1) * s(0, 0) + q(0, 0) * s(1, 1) - 2.0 * q(0, 1) * s(0, 1)) / det_q;
  const double larger = half_trace + std::sqrt(std::max(0.0, half_trace * half_trace - det_ratio));
  const int exponent = drifted.covariance.exponent - noise.exponent;
  return {std::ldexp(larger, exponent), std::ldexp(det_ratio / larger, exponent)};
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
  const Drifted drifted(moved, data);
  if (drifted.forgotten()) return 0.0;
  const Eigen::Matrix2d& s = drifted.covariance.matrix;
  const Eigen::Matrix2d& q = moved.noise;
  const double noise = q(1, 1) - q(0, 1) * q(0, 1) / q(0, 0);
  // C_{y|x} - Q_{y|x} is S_{y|x} and a square: (a + b)^2/(p + q) <= a^2/p + b^2/q.
  const double own = drifted.determinant / s(0, 0);
  const double twist = s(0, 1) * q(0, 0) - s(0, 0) * q(0, 1);
  const double c = std::ldexp(s(0, 0), drifted.covariance.exponent) + q(0, 0);
  const double through_x = twist * twist / (s(0, 0) * q(0, 0) * c);
  return std::log1p(std::ldexp((own + through_x) / noise, drifted.covariance.exponent));
}

double conditional_collapse_time(const CoupledMoments& moments, const DataLaw& data,
                                 double log_ratio) {
  SYNCGAP_EXPECTS(log_ratio > 0.0);
  auto excess = [&](double t) { return conditional_log_ratio(moments.at(t), data) - log_ratio; };
  // Not an information about the data alone, so not monotone for certain: walk in from a time at
  // which it is below (the joint ratio bounds it) to the last crossing.
  double high = std::max(2.0 * joint_collapse_time(moments, data, log_ratio),
                         std::numeric_limits<double>::min());
  double at_high = excess(high);
  while (at_high >= 0.0) high *= 2.0, at_high = excess(high);
  constexpr double kStep = 0.98;
  for (double low = kStep * high;; low *= kStep) {
    // Nearer to 0 than the smallest number that has all its digits.
    if (low < std::numeric_limits<double>::min()) return 0.0;
    const double at_low = excess(low);
    if (!(at_low < 0.0)) return find_root("collapse time", excess, {low, high, at_low, at_high});
    high = low, at_high = at_low;
  }
}

}  // namespace syncgap::theory
