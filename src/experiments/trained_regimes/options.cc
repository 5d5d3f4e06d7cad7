#include "experiments/trained_regimes/options.h"

#include <algorithm>

namespace syncgap::experiments {

TrainedRegimesOptions::TrainedRegimesOptions() {
  exact.samples = 1000;
  denoiser.training.batch = 64;
  denoiser.training.optimizer.learning_rate = 1e-3;
}

OptionTable TrainedRegimesOptions::table() {
  OptionTable table;
  exact.describe_images(table);
  exact.describe_cloud(table, "cloud_");
  exact.describe_curves(table);
  table
      .add("images_seen", images_seen, "",
           "images shown to the denoiser in all, the same for every n; 0: as many epochs as given")
      .at_least(0);
  table.add("steps", steps, "L", "steps of the diffusion, with noise variances scaled by 1000 / L")
      .at_least(2)
      .at_most(100000);
  table.add("beta_first", beta_first, "", "noise variance of the first of 1000 steps")
      .above(0)
      .below(1);
  table.add("beta_last", beta_last, "", "noise variance of the last of 1000 steps")
      .above(0)
      .below(1);
  table
      .add("group", group, "",
           "trajectories that advance together; part of what decides the bits, and of the memory")
      .at_least(1)
      .at_most(1 << 16);
  table.add("within_range", within_range, "",
            "keep predictions of clean images between black and white, where exact ones are");
  table.add("nearest_every", nearest_every, "", "steps between two looks for the nearest image")
      .at_least(1);
  table.add("threads", threads, "", "processors a rank computes on; part of what decides the bits")
      .at_least(1)
      .at_most(1024);
  denoiser.describe(table);
  classifier.describe(table);
  return table;
}

std::int64_t TrainedRegimesOptions::epochs(std::int64_t examples) const {
  if (images_seen == 0) return denoiser.training.epochs;
  return std::max<std::int64_t>(1, (images_seen + examples / 2) / examples);
}

}  // namespace syncgap::experiments
