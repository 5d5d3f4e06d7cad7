#include "experiments/coupled_cloning/plan.h"

#include <memory>

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/shared/axis_values.h"

namespace syncgap::experiments {

CloningAxes::CloningAxes(const CoupledCloningOptions& options, const Grid& grid)
    : branch_steps(axis_values<std::int64_t>(grid, "branch_step")),
      samples_kept(kept_samples(grid, "trajectories", options.trajectories)) {
  const std::int64_t labels = std::ssize(options.pairs.classes);
  require_input(labels >= 2, "agreement needs at least two classes (experiment.classes has ",
                labels, "): name e.g. [1, 8]");
  require_increasing(grid, "branch_step", 2);
  for (const std::int64_t horizon : axis_values<std::int64_t>(grid, "horizon"))
    for (const std::int64_t step : branch_steps)
      require_input(step >= 0 && step < horizon,
                    "there is no such step to clone at (axes.branch_step, saw ", step,
                    ", the schedule has ", horizon, "): give steps from 0 to ", horizon - 1);
}

Plan coupled_cloning_plan(const CoupledCloningOptions& options, const Grid& grid) {
  const CloningAxes axes(options, grid);
  const auto pairs = std::make_shared<const CoupledPairPlan>(options.pairs, grid);
  double clone_steps = 0;
  for (const std::int64_t step : axes.branch_steps) clone_steps += to_real(step);
  const double trajectories = to_real(options.trajectories);
  return {[pairs, clone_steps, trajectories](const Unit& unit) {
            return pairs->cost((to_real(unit.integer("horizon")) + clone_steps) * trajectories);
          },
          pairs->memory() + pair_classifier_memory(*pairs, grid) +
              pairs->evaluation_bytes() * to_real(options.group) *
                  to_real(1 + std::ssize(axes.branch_steps))};
}

}  // namespace syncgap::experiments
