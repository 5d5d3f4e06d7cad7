#include "experiments/trained_regimes/plan.h"

#include <algorithm>

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/regime_images.h"
#include "sde/denoised_step.h"

namespace syncgap::experiments {

TrainedRegimesPlan::TrainedRegimesPlan(const TrainedRegimesOptions& options, const Grid& grid)
    : options_(options),
      outline_(peek_images(options.exact.source)),
      schedule_(diffusion::NoiseSchedule::scaled_linear(options.steps, options.beta_first,
                                                        options.beta_last)),
      times_(axis_values<double>(grid, "time")),
      strips_(axis_values<std::int64_t>(grid, "strip")),
      trajectories_(grid.axis("trajectory").size()),
      neighbours_(grid.axis("neighbour").size()),
      progress_(grid.axis("progress").size()),
      paths_(grid.axis("path").size()) {
  require_increasing(grid, "time", 3);
  require_input(times_.front() > 0, "the exact score needs noise (axes.time, saw ", times_.front(),
                "): give positive times");
  require_input(options.exact.path_step < options.exact.path_horizon,
                "the paths take no step (experiment.path_step = ", options.exact.path_step,
                "): choose one below experiment.path_horizon = ", options.exact.path_horizon);
  read_branches(grid);
  require_input(trajectories_ >= 2, "intervals need two trajectories (axes.trajectory, ",
                trajectories_, " values): give more");
  for (const std::int64_t strip : strips_)
    require_input(strip >= 0 && strip < trajectories_,
                  "there is no such trajectory (axes.strip, saw ", strip,
                  "): give numbers below the size of axes.trajectory, ", trajectories_);
  check_sizes();
  for (const std::int64_t count : axis_values<std::int64_t>(grid, "images"))
    most_images_ = std::max(most_images_, to_real(expected_images(count, outline_, options.exact)));
  check_subsets(grid, options.exact, std::max<std::int64_t>(4, neighbours_));
}

void TrainedRegimesPlan::read_branches(const Grid& grid) {
  std::vector<double> step_times;
  for (std::int64_t t = 0; t < options_.steps; ++t) step_times.push_back(schedule_.ou_time(t));
  for (const double time : axis_values<double>(grid, "branch_time")) {
    require_input(time >= 0 && time <= step_times.back(),
                  "a time lies outside the run (axes.branch_time, saw ", time,
                  "): give times between 0 and ", step_times.back());
    const auto step = sde::nearest_step(step_times, time);
    branch_steps_.push_back(step);
    clone_times_.push_back(step_times[step]);
  }
  distinct_steps_ = branch_steps_;
  std::sort(distinct_steps_.begin(), distinct_steps_.end());
  distinct_steps_.erase(std::unique(distinct_steps_.begin(), distinct_steps_.end()),
                        distinct_steps_.end());
}

void TrainedRegimesPlan::check_sizes() const {
  const RegimeOptions& exact = options_.exact;
  options_.denoiser.check(exact.channels, exact.padded_size, "padded_size");
  options_.classifier.shape(exact.channels, exact.padded_size, 2, networks::SignSymmetry::none)
      .check();
}

std::int64_t TrainedRegimesPlan::branch(std::int64_t branch_time) const {
  return std::lower_bound(distinct_steps_.begin(), distinct_steps_.end(),
                          branch_steps_[branch_time]) -
         distinct_steps_.begin();
}

SamplePlan TrainedRegimesPlan::sample_plan() const {
  SamplePlan plan;
  plan.schedule = &schedule_;
  plan.branch_steps = distinct_steps_;
  plan.trajectories = trajectories_;
  plan.group = options_.group;
  plan.nearest_every = options_.nearest_every;
  plan.neighbours = std::max<std::int64_t>(2, neighbours_);
  plan.kept = strips_.empty() ? 0 : 1 + *std::max_element(strips_.begin(), strips_.end());
  return plan;
}

double TrainedRegimesPlan::cost(const Unit& unit) const {
  const std::int64_t n = expected_images(unit.integer("images"), outline_, options_.exact);
  const double pixels = to_real(options_.exact.padded_size * options_.exact.padded_size);
  const double pass =
      options_.denoiser.pass_seconds(options_.exact.channels, options_.exact.padded_size);
  const double trained =
      options_.denoiser.weights.empty() ? 3.0 * to_real(options_.epochs(n) * n) : 0.0;
  const double branches = to_real(std::ssize(distinct_steps_));
  const double sampled = to_real(trajectories_ * options_.steps) * (1 + 0.4 * branches);
  const double exact = 2.0 * to_real(n) * pixels *
                       (to_real(options_.exact.samples) * (to_real(std::ssize(times_)) + branches) +
                        to_real(trajectories_ * options_.steps));
  return pass * (trained + sampled) + exact / 2e10;
}

double TrainedRegimesPlan::memory() const {
  const RegimeOptions& exact = options_.exact;
  const double d = to_real(exact.channels * exact.padded_size * exact.padded_size);
  const double open = to_real(options_.group) * (1 + to_real(std::ssize(distinct_steps_)));
  const double classified = 4 * d * to_real(outline_.count);
  return 16 * d * most_images_ + classified +
         open * options_.denoiser.pass_bytes(exact.channels, exact.padded_size);
}

}  // namespace syncgap::experiments
