#include "experiments/dataset_regimes/options.h"

#include <algorithm>

namespace syncgap::experiments {

OptionTable DatasetRegimesOptions::table() {
  OptionTable table;
  regime.describe_images(table);
  regime.describe_cloud(table);
  table.add(
      "measure", measure, kRegimeParts, "",
      "parts: spectrum (eigenvalue), posterior (curves over the time), information (entropies, "
      "their rates and variances over the time), paths (last change of the nearest image), "
      "trajectories (backward diffusion with clones, images)");
  regime.describe_curves(table);
  table.add("time_grid", time_grid, kTimeGrids, "",
            "steps of the backward diffusion: those of the DDPM schedule (59), or equal ones");
  table.add("steps", steps, "L", "steps of the backward diffusion").at_least(2).at_most(1e6);
  table.add("horizon", horizon, "T", "start of the backward diffusion on the uniform grid")
      .above(0)
      .unit("time");
  table.add("scheme", scheme, kStepSchemes, "",
            "DDPM's ancestral step (61), or Euler-Maruyama for (3)");
  table
      .add("settled_weight", settled_weight, "",
           "a clone is not followed further once its point has all but this much posterior weight")
      .at_least(0)
      .below(0.5);
  return table;
}

bool DatasetRegimesOptions::measures(RegimePart part) const {
  return std::find(measure.begin(), measure.end(), part) != measure.end();
}

std::vector<double> DatasetRegimesOptions::reverse_times() const {
  return time_grid == TimeGridKind::ddpm ? sde::ddpm_times(steps)
                                         : sde::uniform_times(horizon, steps);
}

}  // namespace syncgap::experiments
