#include "experiments/pathwise_entropy/options.h"

namespace syncgap::experiments {

OptionTable PathwiseEntropyOptions::table() {
  OptionTable table;
  table.add("means", means, "m_k",
            "class means over sqrt(d), one after another (89); the default makes figure 4");
  table.add("mean_dimension", mean_dimension, "N", "numbers per mean").at_least(1);
  table.add("weights", weights, "pi_k", "class weights; empty: equal").above(0);
  table.add("variance", variance, "tau^2", "variance within a class (89); 0: points").at_least(0);
  table.add("time_unit", time_unit, kTimeUnits, "",
            "what the axis u counts: the speciation time t_S(d) of the process, or time itself");
  table.add("trials", trials, "M", "reverse trajectories").at_least(4).at_most(1e9);
  table.add("step", step, kReverseSteps, "",
            "how a trajectory steps: the reverse process exactly, or by the score alone (first "
            "order in the step)");
  table.add("substeps", substeps, "", "steps between two neighbours on the axis u")
      .at_least(1)
      .at_most(1e6);
  table
      .add("rise_threshold", rise_threshold, "",
           "rise of the pathwise entropy against the reverse time that is counted as one")
      .above(0)
      .unit("nat");
  return table;
}

}  // namespace syncgap::experiments
