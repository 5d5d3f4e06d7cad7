#include "experiments/replica_speciation/plan.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/judge_plan.h"
#include "experiments/shared/replica_graph.h"
#include "observables/adaptive_scan.h"

namespace syncgap::experiments {
ReplicaSpeciationPlan::ReplicaSpeciationPlan(const ReplicaSpeciationOptions& options,
                                             const Grid& grid)
    : options_(options),
      replicas_(options.replicas),
      points_(axis_values<std::int64_t>(grid, "t_int")),
      shown_(axis_values<std::int64_t>(grid, "shown")),
      samples_(kept_samples(grid, "pairs", options.replicas.pairs)) {
  const std::int64_t steps = options.replicas.steps;
  check_replica_axes(options.replicas, grid);
  check_coupling_reach(replicas_, grid);
  check_graphs(grid);
  check_judge(options.judge, options.replicas);
  require_input(
      options.replicas.is_published() || options.judge.pooled_side <= options.replicas.side,
      "images cannot be averaged over less than a pixel (experiment.pooled_side = ",
      options.judge.pooled_side, ", images have ", options.replicas.side, "): lower it");
  require_increasing(grid, "t_int", 2);
  require_input(points_.front() == 0 && points_.back() == steps,
                "pairs are let go after 0 steps, which is what others are compared with, up to all "
                "of them, which is coupled to the end (axes.t_int, saw ",
                points_.front(), " to ", points_.back(),
                "): begin with 0 and end with experiment.steps = ", steps);
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
                  "): give values of axes.t_int, which has no such one");
  // Of P numbers of unit variance: their mean has none below.
  const double least = -1 / to_real(most_replicas_ - 1);
  for (const double correlation : axis_values<double>(grid, "noise_correlation"))
    require_input(correlation >= least && correlation <= 1, "a correlation of ", most_replicas_,
                  " replicas has limits (axes.noise_correlation, saw ", correlation,
                  "): give values from ", least, " to 1");
  options.check_reverse_steps(replicas_);
}

void ReplicaSpeciationPlan::check_graphs(const Grid& grid) {
  const std::int64_t places = grid.axis("graph_mode").size();
  for (const std::string& name : axis_values<std::string>(grid, "graph")) {
    const ReplicaGraph graph = named_graph(name);
    most_replicas_ = std::max(most_replicas_, graph.replicas);
    const std::int64_t modes = std::ssize(theory::difference_modes(
        graph.shape, unsigned_size(graph.replicas), options_.graph_scale, 0.5));
    require_input(modes <= places,
                  "a graph has more modes of difference than axis graph_mode (axes.graph, saw \"",
                  name, "\", which has ", modes, ", axes.graph_mode ", places,
                  "): set axes.graph_mode = { range = [0, ", modes, "] }");
  }
  const double most = to_real(most_replicas_), spread = options_.replicas.start_spread;
  require_input(spread * spread * (most - 2) < most, "no ", most_replicas_,
                " replicas start so far apart from each other (experiment.start_spread = ", spread,
                "): stay below ", std::sqrt(most / (most - 2)));
}

std::vector<theory::DifferenceModes> ReplicaSpeciationPlan::modes(const Unit& unit) const {
  const ReplicaGraph graph = named_graph(unit.label("graph"));
  return theory::difference_modes(graph.shape, unsigned_size(graph.replicas), options_.graph_scale,
                                  unit.real("g"));
}

CouplingReach ReplicaSpeciationPlan::reach(const Unit& unit) const {
  CouplingReach reach = coupling_reach(replicas_, unit);
  const ReplicaGraph graph = named_graph(unit.label("graph"));
  reach.graph =
      theory::replica_weights(graph.shape, unsigned_size(graph.replicas), options_.graph_scale);
  return reach;
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
  const ReplicaGraph graph = named_graph(unit.label("graph"));
  const double images = judge_operations(
      options_.judge, replicas, to_real(graph.replicas) * pairs * to_real(std::ssize(points_)));
  return replicas_.training_operations(unit) + replicas_.context_operations() + images +
         pairs * replicas_.sampling_operations(coupled, let_go + steps - coupled, graph.replicas,
                                               graph.links());
}

double ReplicaSpeciationPlan::memory() const {
  const ReplicaOptions& replicas = options_.replicas;
  // States of the trunk at every step.
  return replicas_.memory() + judge_memory(options_.judge, replicas) +
         to_real(replicas.pairs * (replicas.steps + 1) * most_replicas_) / 2 *
             replicas_.state_bytes();
}

}  // namespace syncgap::experiments
