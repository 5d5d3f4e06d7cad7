#include "experiments/difference_patching/plan.h"

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/judge_plan.h"

namespace syncgap::experiments {

DifferencePatchingPlan::DifferencePatchingPlan(const DifferencePatchingOptions& options,
                                               const Grid& grid)
    : options_(options),
      replicas_(options.replicas),
      steps_(axis_values<std::int64_t>(grid, "patch_step")),
      layers_(axis_values<std::int64_t>(grid, "layer")),
      kinds_(axis_choices(grid, "kind", kPatchKinds)) {
  check_replica_axes(options.replicas, grid);
  check_judge(options.judge, options.replicas);
  options.modes.check(options.replicas);
  const auto& shape = replicas_.shape();
  for (const std::string& name : axis_values<std::string>(grid, "part"))
    parts_.push_back(patched_part(name, shape.grid()));
  require_increasing(grid, "patch_step");
  require_increasing(grid, "layer");
  require_input(steps_.front() >= 0 && steps_.back() < options.replicas.steps,
                "there is no such step (axes.patch_step, saw ", steps_.front(), " to ",
                steps_.back(), "): give steps from 0 to ", options.replicas.steps - 1);
  require_input(layers_.front() >= 0 && layers_.back() < shape.depth,
                "there is no such layer (axes.layer, saw ", layers_.front(), " to ", layers_.back(),
                "): give layers from 0 to ", shape.depth - 1, ", whose tokens enter a block");
  require_input(options.replicas.start_spread > 0,
                "replicas that start alike have no difference to patch (experiment.start_spread = "
                "0): give a positive one");
  require_input(options.replicas.guidance.is_none(),
                "guidance makes one evaluation of two, and a patch is made in one "
                "(experiment.guidance = ",
                options.replicas.guidance.scale, "): set experiment.guidance = 1");
}

std::vector<Patch> DifferencePatchingPlan::patches(std::int64_t step) const {
  std::vector<Patch> out;
  for (const PatchKind kind : kinds_)
    for (const std::int64_t layer : layers_)
      for (std::int64_t part = 0; part < std::ssize(parts_); ++part)
        out.push_back({step, layer, part, kind});
  return out;
}

double DifferencePatchingPlan::operations(const Unit& unit) const {
  const ReplicaOptions& replicas = options_.replicas;
  const double pairs = to_real(replicas.pairs);
  double patched = 0;
  for (const std::int64_t step : steps_)
    patched += to_real(replicas.steps - step) * to_real(std::ssize(patches(step)));
  const double evaluations = pairs * (patched + to_real(replicas.steps));
  const bool coupled = unit.real("g") > 0;
  const double images =
      judge_operations(options_.judge, replicas,
                       2 * pairs * (1 + to_real(std::ssize(steps_) * std::ssize(patches(0)))));
  return replicas_.training_operations(unit) + replicas_.context_operations() + images +
         replicas_.sampling_operations(
             coupled ? evaluations : 0,
             (coupled ? 0 : evaluations) +
                 to_real(options_.modes.pairs * (1 + options_.modes.step)));
}

double DifferencePatchingPlan::memory() const {
  const auto& shape = replicas_.shape();
  const double state = 4 * to_real(shape.tokens() * shape.width);
  return replicas_.memory() + judge_memory(options_.judge, options_.replicas) +
         state * to_real(shape.depth * (2 * options_.modes.pairs + shape.grid())) +
         16 * state * to_real(2 * options_.replicas.group * options_.patch_batch);
}

}  // namespace syncgap::experiments
