#include "experiments/layer_energies/options.h"

namespace syncgap::experiments {

OptionTable LayerEnergiesOptions::table() {
  OptionTable table;
  replicas.describe(table);
  replicas.describe_schedules(table);
  table.add("start_storage", start_storage, kStartStorages, "",
            "how the differences at the start are kept, on which all later ones are projected: in "
            "single precision, or in half the memory");
  table
      .add("band_share", band_share, "",
           "share of the modes that make the leading band, and the trailing one, (78)-(79)")
      .above(0)
      .at_most(0.5);
  table
      .add(
          "splits", splits, "",
          "random halves of the pairs, on one of which modes are defined and on the other measured")
      .at_least(1);
  table
      .add("chance_draws", chance_draws, "",
           "draws of differences without preferred directions, whose gap is what chance makes")
      .at_least(10);
  table.add("speciation_steps", speciation_steps, "tau_spec",
            "step at which figures show the layers, one for each value of axis g; empty: from a "
            "record of replica_speciation that is analysed beside this one, or the last quarter");
  return table;
}

}  // namespace syncgap::experiments
