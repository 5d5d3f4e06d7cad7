#include "diffusion/noise_schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::diffusion {

NoiseSchedule::NoiseSchedule(std::vector<double> beta) : beta_(std::move(beta)) {
  double product = 1;
  for (const double b : beta_) {
    require_input(b > 0 && b < 1, "noise variances lie between 0 and 1 (beta = ", b,
                  "): correct the ends of the schedule");
    alpha_bar_.push_back(product *= 1 - b);
  }
}

NoiseSchedule NoiseSchedule::linear(std::int64_t steps, double first, double last) {
  require_input(steps > 0, "a noise schedule needs at least one step (steps = ", steps, ")");
  std::vector<double> beta(steps, first);
  for (std::int64_t t = 1; t < steps; ++t)
    beta[t] = first + (last - first) * to_real(t) / to_real(steps - 1);
  return NoiseSchedule(std::move(beta));
}

NoiseSchedule NoiseSchedule::scaled_linear(std::int64_t steps, double first, double last) {
  const double factor = 1000.0 / to_real(steps);
  return linear(steps, factor * first, factor * last);
}

NoiseSchedule NoiseSchedule::cosine(std::int64_t steps) {
  require_input(steps > 0, "a noise schedule needs at least one step (steps = ", steps, ")");
  constexpr double kOffset = 0.008, kMaxBeta = 0.999;
  const auto signal = [&](std::int64_t t) {
    const double part = to_real(t) / to_real(steps);
    return std::pow(std::cos((part + kOffset) / (1 + kOffset) * std::numbers::pi / 2), 2);
  };
  std::vector<double> beta(steps);
  for (std::int64_t t = 0; t < steps; ++t)
    beta[t] = std::min(1 - signal(t + 1) / signal(t), kMaxBeta);
  return NoiseSchedule(std::move(beta));
}

double NoiseSchedule::ou_time(std::int64_t t) const { return -0.5 * std::log(alpha_bar(t)); }

}  // namespace syncgap::diffusion
