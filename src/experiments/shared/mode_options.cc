#include "experiments/shared/mode_options.h"

#include "core/check.h"

namespace syncgap::experiments {

void ModeOptions::describe(OptionTable& table) {
  table
      .add("modes", count, "K", "principal directions of the differences of replicas that are used")
      .at_least(1)
      .at_most(4096);
  table
      .add("mode_pairs", pairs, "",
           "pairs, of their own and not coupled, whose differences define modes and bands")
      .at_least(2)
      .at_most(100000);
  table
      .add("mode_step", step, "s",
           "step whose differences define modes and bands: 0 as published, where they are noise; "
           "later ones have the shape of images")
      .at_least(0);
}

void ModeOptions::check(const ReplicaOptions& replicas) const {
  require_input(count <= pairs,
                "fewer pairs than modes do not define them (experiment.mode_pairs = ", pairs,
                ", experiment.modes = ", count, "): give more pairs");
  const auto shape = replicas.shape(1);
  const std::int64_t dimension = shape.tokens() * shape.width;
  require_input(
      count <= dimension,
      "hidden states have fewer dimensions than there are modes (experiment.modes = ", count, ", ",
      shape.tokens(), " tokens of ", shape.width, " channels): lower it to ", dimension);
  require_input(step < replicas.steps, "there is no such step (experiment.mode_step = ", step,
                "): give a step from 0 to ", replicas.steps - 1);
}

}  // namespace syncgap::experiments
