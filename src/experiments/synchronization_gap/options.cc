#include "experiments/synchronization_gap/options.h"

namespace syncgap::experiments {

OptionTable SynchronizationGapOptions::table() {
  OptionTable table;
  pairs.describe(table);
  table.add("samples", samples, "B", "trajectories followed in each unit").at_least(2);
  table.add("resamples", resamples, "", "bootstrap samples of trajectories behind each interval")
      .at_least(10);
  table
      .add("denoising_samples", denoising_samples, "",
           "states at which the denoiser's error is measured at every step")
      .at_least(2);
  return table;
}

}  // namespace syncgap::experiments
