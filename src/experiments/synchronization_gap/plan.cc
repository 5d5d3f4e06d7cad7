#include "experiments/synchronization_gap/plan.h"

#include <memory>

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/shared/axis_values.h"

namespace syncgap::experiments {
namespace {

/// Values of an axis of steps; a step that no diffusion of the grid has would be left empty.
std::vector<std::int64_t> followed_steps(const Grid& grid, const char* axis, std::int64_t longest) {
  std::vector<std::int64_t> steps = axis_values<std::int64_t>(grid, axis);
  for (const std::int64_t step : steps)
    require_input(step >= 0 && step < longest, "the longest diffusion has no such step (axes.",
                  axis, ", saw ", step, "): give numbers below ", longest,
                  ", or a longer one (axes.horizon)");
  return steps;
}

}  // namespace

FollowAxes::FollowAxes(const SynchronizationGapOptions& options, std::int64_t longest,
                       const Grid& grid)
    : thresholds(axis_values<double>(grid, "tau")),
      scales(axis_values<double>(grid, "scale")),
      intervention_steps(followed_steps(grid, "intervention_step", longest)),
      image_steps(followed_steps(grid, "image_step", longest)),
      samples_kept(kept_samples(grid, "samples", options.samples)) {
  require_input(axis_values<std::int64_t>(grid, "step") == first_integers(longest),
                "axis step does not count the steps of the longest diffusion (axes.step, ",
                grid.axis("step").size(), " values): give step = { range = [0, ", longest, "] }");
}

std::vector<std::pair<std::int64_t, std::int64_t>> FollowAxes::places(std::int64_t horizon) const {
  std::vector<std::pair<std::int64_t, std::int64_t>> found;
  for (std::int64_t i = 0; i < std::ssize(intervention_steps); ++i)
    for (std::int64_t s = 0; s < std::ssize(scales); ++s)
      if (intervention_steps[i] < horizon) found.emplace_back(i, s);
  return found;
}

Plan synchronization_gap_plan(const SynchronizationGapOptions& options, const Grid& grid) {
  const auto pairs = std::make_shared<const CoupledPairPlan>(options.pairs, grid);
  const FollowAxes axes(options, pairs->longest_horizon(), grid);
  const double interventions =
      to_real(std::ssize(axes.intervention_steps) * std::ssize(axes.scales));
  const double evaluations =
      to_real(options.samples) * (1 + 0.5 * interventions) + to_real(options.denoising_samples);
  return {[pairs, evaluations](const Unit& unit) {
            return pairs->cost(to_real(unit.integer("horizon")) * evaluations);
          },
          pairs->memory() +
              to_real(kTogether) * (pairs->state_bytes() * to_real(pairs->longest_horizon()) +
                                    pairs->evaluation_bytes() * (1 + interventions))};
}

}  // namespace syncgap::experiments
