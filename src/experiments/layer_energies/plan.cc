#include "experiments/layer_energies/plan.h"

#include <algorithm>
#include <limits>

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/coupling_reach.h"

namespace syncgap::experiments {

LayerEnergiesPlan::LayerEnergiesPlan(const LayerEnergiesOptions& options, const Grid& grid)
    : options_(options),
      replicas_(options.replicas),
      couplings_(axis_values<double>(grid, "g")),
      chance_steps_(axis_values<std::int64_t>(grid, "chance_step")) {
  check_replica_axes(options.replicas, grid);
  check_coupling_reach(replicas_, grid);
  require_increasing(grid, "chance_step");
  for (const std::int64_t step : chance_steps_)
    require_input(step >= 0 && step < options.replicas.steps,
                  "there is no such step (axes.chance_step, saw ", step, "): give steps from 0 to ",
                  options.replicas.steps - 1);
  require_input(options.replicas.start_spread > 0,
                "replicas that start alike stay alike (experiment.start_spread = 0): give a "
                "positive one");
  const auto& steps = options.speciation_steps;
  require_input(steps.empty() || steps.size() == couplings_.size(),
                "there is a speciation step for every coupling strength or for none "
                "(experiment.speciation_steps has ",
                steps.size(), " values, axes.g ", couplings_.size(), "): give as many");
  for (const double step : steps)
    require_input(step >= 0 && step <= to_real(options.replicas.steps - 1),
                  "there is no such step (experiment.speciation_steps, saw ", step,
                  "): give steps from 0 to ", options.replicas.steps - 1);
}

double LayerEnergiesPlan::speciation_step(const Unit& unit) const {
  if (options_.speciation_steps.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto found = std::find(couplings_.begin(), couplings_.end(), unit.real("g"));
  return options_.speciation_steps[found - couplings_.begin()];
}

double LayerEnergiesPlan::operations(const Unit& unit) const {
  const ReplicaOptions& replicas = options_.replicas;
  const auto& shape = replicas_.shape();
  const double pairs = to_real(replicas.pairs), steps = to_real(replicas.steps);
  const double state = to_real(shape.tokens() * shape.width);
  const double grams = 4 * pairs * pairs * state * to_real(shape.depth + 1) * steps;
  constexpr double kStartAlike = 4;
  const double runs = pairs + kStartAlike, coupled = coupling_reach(replicas_, unit).share();
  return replicas_.training_operations(unit) + replicas_.context_operations() + grams +
         runs * steps * replicas_.sampling_operations(coupled, 1 - coupled);
}

double LayerEnergiesPlan::memory() const {
  const auto& shape = replicas_.shape();
  const double pairs = to_real(options_.replicas.pairs), layers = to_real(shape.depth + 1);
  const double state = to_real(shape.tokens() * shape.width);
  const double bytes = options_.start_storage == StartStorage::single ? 4 : 2;
  // Differences at the start; products of later ones with them, at every step.
  return replicas_.memory() + bytes * pairs * state * layers +
         16.0 * pairs * pairs * layers * to_real(options_.replicas.steps);
}

}  // namespace syncgap::experiments
