#include "experiments/sample_experiment/options.h"

namespace syncgap::experiments {

OptionTable SampleExperimentOptions::table() {
  OptionTable table;
  table.add("trials", trials, "M", "normals per unit").at_least(2).at_most(1e9);
  return table;
}

}  // namespace syncgap::experiments
