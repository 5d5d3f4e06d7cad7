#include "diffusion/sampling_path.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "core/check.h"

namespace syncgap::diffusion {

SamplingPath SamplingPath::ddim(const NoiseSchedule& schedule, double eta,
                                std::vector<std::int64_t> steps) {
  if (steps.empty()) {
    steps.resize(schedule.steps());
    std::iota(steps.rbegin(), steps.rend(), std::int64_t{0});
  }
  require_input(eta >= 0 && eta <= 1, "eta lies between 0 and 1 (eta = ", eta, ")");
  require_input(
      steps.front() < schedule.steps() && steps.back() >= 0 &&
          std::adjacent_find(steps.begin(), steps.end(), std::less_equal<>()) == steps.end(),
      "the steps of a trajectory descend within the schedule (", steps.size(), " steps from ",
      steps.front(), " to ", steps.back(), ", the schedule has ", schedule.steps(),
      "): correct them");
  SamplingPath path;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::int64_t from = steps[i], to = i + 1 < steps.size() ? steps[i + 1] : -1;
    const double here = schedule.alpha_bar(from), next = schedule.alpha_bar(to);
    const double variance = eta * eta * (1 - next) / (1 - here) * (1 - here / next);
    // z_to = sqrt(abar') z_0 + sqrt(1 - abar' - variance) eps, gathered so that each tensor is read
    // once.
    const double ratio = std::sqrt(next / here);
    path.steps_.push_back({from, to, ratio,
                           std::sqrt(1 - next - variance) - ratio * std::sqrt(1 - here),
                           std::sqrt(variance)});
  }
  return path;
}

SamplingPath SamplingPath::ddpm(const NoiseSchedule& schedule) {
  SamplingPath path;
  for (std::int64_t t = schedule.steps() - 1; t >= 0; --t) {
    const double beta = schedule.beta(t), ratio = 1 / std::sqrt(1 - beta);
    path.steps_.push_back({t, t - 1, ratio, -(ratio * beta / std::sqrt(1 - schedule.alpha_bar(t))),
                           t == 0 ? 0.0 : std::sqrt(beta)});
  }
  return path;
}

SamplingPath SamplingPath::learned(const NoiseSchedule& schedule, std::vector<std::int64_t> steps) {
  // Its mean is that of the forward posterior, as with eta = 1.
  SamplingPath path = ddim(schedule, 1, std::move(steps));
  double log_posterior = std::log(1 - schedule.alpha_bar(path.steps_.front().from));
  for (ReverseStep& step : path.steps_) {
    const double here = schedule.alpha_bar(step.from), next = schedule.alpha_bar(step.to);
    const double beta = 1 - here / next;
    // The posterior of the last step has no width: its logarithm is that of the step before, as
    // published, or beta's where there is none.
    if (step.to >= 0) log_posterior = std::log(beta * (1 - next) / (1 - here));
    step.learned = {log_posterior, std::log(beta)};
  }
  return path;
}

SamplingPath SamplingPath::after(std::int64_t n) const {
  SYNCGAP_EXPECTS(n >= 0 && n < std::ssize(steps_), "n = ", n, " of ", steps_.size(), " steps");
  SamplingPath rest;
  rest.steps_.assign(steps_.begin() + n, steps_.end());
  return rest;
}

bool SamplingPath::visits(std::int64_t t) const {
  return std::any_of(steps_.begin(), steps_.end(),
                     [t](const ReverseStep& step) { return step.from == t; });
}

}  // namespace syncgap::diffusion
