#include "experiments/attention_response/options.h"

namespace syncgap::experiments {

AttentionResponseOptions::AttentionResponseOptions() { replicas.pairs = 64; }

OptionTable AttentionResponseOptions::table() {
  OptionTable table;
  replicas.describe(table);
  table
      .add("trajectories", trajectories, "",
           "symmetric states at which the response is computed: trajectories of replicas that are "
           "alike at every step, and so one trajectory at every g")
      .at_least(2)
      .at_most(100000);
  modes.describe(table);
  table
      .add("whole_states", whole_states, "",
           "of the states, those at which the whole block is followed, with the term that (33) "
           "leaves out; and from which differences are propagated")
      .at_least(2);
  table
      .add("mean_coupling", mean_coupling, "g",
           "coupling strength of the pairs at whose mean the response is computed, too")
      .at_least(0)
      .at_most(1);
  table
      .add("blocks_of_pairs", blocks_of_pairs, "",
           "blocks of pairs that are left out in turn, for errors of what is fitted to pairs")
      .at_least(4);
  table
      .add("chance_draws", chance_draws, "",
           "draws of normal numbers, whose two-branch fits say what chance makes of one branch")
      .at_least(99);
  table
      .add("bimodal_level", bimodal_level, "",
           "probability by chance above which a distribution does not count as of two branches")
      .above(0)
      .below(1);
  return table;
}

}  // namespace syncgap::experiments
