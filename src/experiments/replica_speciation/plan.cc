#include "experiments/replica_speciation/plan.h"

#include <algorithm>

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/coupling_reach.h"
#include "experiments/shared/judge_plan.h"
#include "observables/adaptive_scan.h"

namespace syncgap::experiments {
ReplicaSpeciationPlan::ReplicaSpeciationPlan(const ReplicaSpeciationOptions& options,
                                             const Grid& grid)
    : options_(options),
      replicas_(options.replicas, grid),
      points_(axis_values<std::int64_t>(grid, "t_int")),
      shown_(axis_values<std::int64_t>(grid, "shown")),
      samples_(kept_samples(grid, "pairs", options.replicas.pairs)) {
  const std::int64_t steps = options.replicas.steps;
  check_replica_axes(options.replicas, grid);
  check_coupling_reach(replicas_, grid);
  check_judge(options.judge, options.replicas);
  require_input(
      options.replicas.is_published() || options.judge.pooled_side <= options.replicas.side,
      "images cannot be averaged over less than a pixel (experiment.pooled_side = ",
      options.judge.pooled_side, ", images have ", options.replicas.side, "): lower it");
  require_increasing(grid, "t_int", 2);
  require_input(points_.front() == 0 && points_.back() <= steps,
                "pairs are let go after 0 steps, which is what others are compared with, up to all "
                "of them (axes.t_int, saw ",
                points_.front(), " to ", points_.back(), ", a trajectory has ", steps,
                "): correct the axis");
  require_input(!options.adaptive || std::ssize(points_) == steps + 1,
                "an adaptive scan chooses among all t_int (axes.t_int has ", points_.size(),
                " values): leave the axis out, or set experiment.adaptive = false");
  require_input(options.coarse_step <= steps,
                "the first t_int lie further apart than a trajectory "
                "is long (experiment.coarse_step = ",
                options.coarse_step, ", ", steps, " steps): lower it");
  for (const std::int64_t t : shown_)
    require_input(std::binary_search(points_.begin(), points_.end(), t),
                  "images can be kept where they are made (axes.shown, saw ", t,
                  ", which is no value of axes.t_int): correct it");
  for (const double correlation : axis_values<double>(grid, "noise_correlation"))
    require_input(correlation >= -1 && correlation <= 1,
                  "a correlation lies between -1 and 1 (axes.noise_correlation, saw ", correlation,
                  "): correct it");
  options.check_reverse_steps(replicas_);
  for (const char* name : {"pair", "label"}) {
    const std::int64_t wanted =
        name[0] == 'p' ? options.replicas.pairs : options.replicas.told_classes();
    require_input(grid.axis(name).size() == wanted, "axis ", name, " has ", grid.axis(name).size(),
                  " values where the options make ", wanted, ": leave it out of the job");
  }
}

double ReplicaSpeciationPlan::operations(const Unit& unit) const {
  const ReplicaOptions& replicas = options_.replicas;
  const double pairs = to_real(replicas.pairs), steps = to_real(replicas.steps);
  const double all = to_real(observables::scan_evaluations(points_, replicas.steps)) - steps;
  const double let_go =
      options_.adaptive ? std::min(all, options_.most_evaluations *
                                            to_real(observables::naive_evaluations(replicas.steps)))
                        : all;
  const double coupled = steps * coupling_reach(replicas_, unit).share();
  const double images =
      judge_operations(options_.judge, replicas, 2 * pairs * to_real(std::ssize(points_)));
  return replicas_.training_operations(unit) + replicas_.context_operations() + images +
         pairs * replicas_.sampling_operations(coupled, let_go + steps - coupled);
}

double ReplicaSpeciationPlan::memory() const {
  const ReplicaOptions& replicas = options_.replicas;
  // States of the trunk at every step.
  return replicas_.memory() + judge_memory(options_.judge, replicas) +
         to_real(replicas.pairs * (replicas.steps + 1)) * replicas_.state_bytes();
}

}  // namespace syncgap::experiments
