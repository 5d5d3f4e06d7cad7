#include "sde/denoised_step.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::sde {
namespace {

/// Delta_t = 1 - e^{-2t}.
double added_variance(double t) { return -std::expm1(-2 * t); }

}  // namespace

DenoisedStep ancestral_step(double t, double s) {
  SYNCGAP_EXPECTS(t > s && s >= 0);
  const double decay = std::exp(s - t);
  const double fresh = added_variance(t - s);
  const double left = added_variance(s), all = added_variance(t);
  return {decay * left / all, std::exp(-s) * fresh / all, std::sqrt(left * fresh / all)};
}

DenoisedStep euler_step(double t, double s) {
  SYNCGAP_EXPECTS(t > s && s >= 0);
  const double h = t - s, all = added_variance(t);
  return {1 + h - 2 * h / all, 2 * h * std::exp(-t) / all, std::sqrt(2 * h)};
}

std::vector<double> ddpm_times(std::size_t steps) {
  SYNCGAP_EXPECTS(steps >= 1);
  constexpr double kFirst = 1e-4, kLast = 0.02;
  constexpr std::size_t kSteps = 1000;
  std::vector<double> schedule(kSteps + 1, 0.0);
  for (std::size_t k = 1; k <= kSteps; ++k) {
    const double share = to_real(k - 1) / (kSteps - 1);
    schedule[k] = schedule[k - 1] - 0.5 * std::log1p(-(kFirst + share * (kLast - kFirst)));
  }
  std::vector<double> times(steps + 1);
  for (std::size_t k = 0; k <= steps; ++k) {
    // k * 1000 / steps in whole numbers: no rounding where a step of the schedule is met.
    const std::size_t below = k * kSteps / steps;
    const double beyond = to_real(k * kSteps % steps) / to_real(steps);
    times[k] = schedule[below];
    if (beyond > 0) times[k] += beyond * (schedule[below + 1] - schedule[below]);
  }
  return times;
}

std::vector<double> uniform_times(double horizon, std::size_t steps) {
  std::vector<double> times(steps + 1);
  for (std::size_t k = 0; k <= steps; ++k) times[k] = horizon * to_real(k) / to_real(steps);
  return times;
}

std::size_t nearest_step(const std::vector<double>& times, double t) {
  const auto above = std::lower_bound(times.begin(), times.end(), t);
  if (above == times.begin()) return 0;
  if (above == times.end()) return times.size() - 1;
  const std::size_t k = above - times.begin();
  return times[k] - t < t - times[k - 1] ? k : k - 1;
}

}  // namespace syncgap::sde
