#include "experiments/layer_energies/declaration.h"

#include <string>

#include "experiments/shared/axis_values.h"
#include "experiments/shared/coupling_reach.h"
#include "experiments/shared/replica_plan.h"

namespace syncgap::experiments {

namespace {

/// Every tenth of a trajectory, and one before.
std::vector<std::int64_t> chance_steps(std::int64_t steps) {
  constexpr std::int64_t kParts = 10;
  std::vector<std::int64_t> out;
  if (steps >= 2 * kParts) out.push_back(steps / (2 * kParts));
  for (std::int64_t k = 1; k <= kParts; ++k) {
    const std::int64_t step = steps * k / kParts - 1;
    if (step > 0 && (out.empty() || step > out.back())) out.push_back(step);
  }
  return out;
}

}  // namespace

std::vector<Axis> layer_energies_axes(const LayerEnergiesOptions& options) {
  constexpr auto captured = AxisRole::captured;
  using Labels = std::vector<std::string>;
  const ReplicaOptions& replicas = options.replicas;
  // Depth and grid of tokens do not depend on the images' channels.
  const auto shape = replicas.shape(1);
  auto axes = replica_axes({0, 0.1, 0.3, 0.5, 0.7, 0.9, 1});
  for (const Axis& axis : coupling_reach_axes()) axes.push_back(axis);
  const std::vector<Axis> own = {
      {"modes_from",
       captured,
       Labels{"same", "others"},
       "modes measured on the pairs that define them, as published, or on the other half of them",
       "1",
       {"same", "others"}},
      {"channels",
       captured,
       Labels{"plain", "normalised"},
       "hidden states as they are, or with every channel divided by its root mean square",
       "1",
       {"plain", "normalised"}},
      {"layer", captured, first_integers(shape.depth + 1),
       "block that has just been passed; 0: tokens as they enter the first"},
      {"step", captured, first_integers(replicas.steps), "step s of a reverse trajectory, from 0",
       "step"},
      {"chance_step", captured, chance_steps(replicas.steps),
       "steps at which it is measured what chance makes of the gap", "step"},
      {"mode", captured, first_integers(replicas.pairs),
       "principal direction of the differences at the start, the largest variance first"},
      {"band", captured, first_integers(shape.grid()),
       "spatial frequency: the larger of both indices of a cosine transform over the grid of "
       "tokens; 0 is the mean"},
  };
  axes.insert(axes.end(), own.begin(), own.end());
  for (const Axis& axis : replica_network_axes(replicas)) axes.push_back(axis);
  settle(axes, {"modes_from", "channels", "layer", "step", "mode", "band"});
  return axes;
}

std::vector<Observable> layer_energies_observables(const LayerEnergiesOptions&) {
  ObservableList list;
  const ObservableList::Names map = {"modes_from", "channels", "layer", "step"};
  const std::string error = "standard error over pairs at given modes";
  list.add("energy", {"modes_from", "channels", "layer", "step", "mode"},
           "energy lambda_k that differences keep along the modes of the start, over that at the "
           "start",
           "1", "dit (75)");
  list.add_with_error("leading", map, "mean energy of the leading modes", "1", "dit (78)", error);
  list.add_with_error("trailing", map, "mean energy of the trailing modes", "1", "dit (79)", error);
  list.add_with_error("gap", map, "G_int = trailing over leading energy", "1", "dit (80)", error);
  list.add_with_interval("chance_gap", {"modes_from", "channels", "layer", "chance_step"},
                         "the gap that differences of the same number, size and overlap without "
                         "preferred directions show",
                         "1", "syncgap", "interval that holds 95% of them");
  list.add("initial_variance", {"modes_from", "channels", "layer", "mode"},
           "variance of the differences at the start along a mode", "1", "dit sec. 3.2");
  list.add(
      "effective_dimension", {"channels", "layer"},
      "dimensions in which isotropic differences would be as nearly orthogonal as those at the "
      "start",
      "1", "syncgap");
  list.add_with_error(
      "band_energy", {"layer", "step", "band"},
      "energy of the differences in a band of spatial frequencies, over that at the "
      "start",
      "1", "syncgap", "standard error over pairs");
  list.add("band_share", {"layer", "band"}, "share of a band in the energy at the start", "1",
           "syncgap");
  list.add("mode_band_share", {"layer", "mode", "band"},
           "share of a band in a mode of all pairs: whether leading modes are coarse ones", "1",
           "syncgap");
  list.add("difference_share", {"layer", "step"},
           "energy of the differences over that of the hidden states", "1", "syncgap");
  list.add("noise_floor", {"layer", "step"},
           "the same where both replicas start alike: zero, but for rounding", "1", "syncgap");
  list.add("speciation_step", {}, "step that figures show, if the job names one", "step",
           "dit table 1");
  list.add("reliable", {}, "1 where the network uses its context, otherwise 0", "1", "syncgap");
  list.add("pair_count", {}, "pairs of replicas", "1", "syncgap");
  describe_replica_network(list);
  return list.take();
}

}  // namespace syncgap::experiments
