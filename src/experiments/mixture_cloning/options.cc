#include "experiments/mixture_cloning/options.h"

namespace syncgap::experiments {

OptionTable MixtureCloningOptions::table() {
  OptionTable t;
  t.add("mean_amplitude", mean_amplitude, "mu",
        "distance of a cluster from the origin per "
        "coordinate, |m| = sqrt(d) mu")
      .above(0);
  t.add("standard_deviation", standard_deviation, "sigma", "width of a cluster").above(0);
  t.add("horizon", horizon, "T", "time at which reverse runs start, from N(0, I)").above(0);
  t.add("steps", steps, "L", "Euler steps from T to 0").at_least(1).at_most(1e9);
  t.add("trials", trials, "", "trajectories per unit; each is cloned at every branch time")
      .at_least(1);
  t.add("clones", clones, "", "trajectories that share a past at each branch, the trunk included")
      .at_least(2)
      .at_most(1000);
  t.add("blocks", blocks, "",
        "blocks of trials for the jackknife errors of level and crossing "
        "times")
      .at_least(2);
  t.add("level", level, "",
        "agreement whose time is looked for; the default is phi at a = 1, "
        "where curves of different d cross")
      .above(0.5)
      .below(1);
  return t;
}

}  // namespace syncgap::experiments
