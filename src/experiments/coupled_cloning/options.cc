#include "experiments/coupled_cloning/options.h"

namespace syncgap::experiments {

CoupledCloningOptions::CoupledCloningOptions() { pairs.classes = {1, 8}; }

OptionTable CoupledCloningOptions::table() {
  OptionTable table;
  pairs.describe(table);
  classifier.describe(table);
  table
      .add("trajectories", trajectories, "",
           "master trajectories of a unit; each leaves a clone at "
           "every branch step")
      .at_least(2);
  table
      .add("group", group, "",
           "trajectories that run as one batch with their clones; part of what decides the bits")
      .at_least(1)
      .at_most(4096);
  table.add("within_range", within_range, "",
            "keep predictions of clean images between black and white, where exact ones are");
  table.add("threshold", threshold, "phi*", "excess agreement at the speciation time, (106)")
      .above(0)
      .below(1);
  table
      .add("least_share", least_share, "",
           "share of samples below which a class makes the excess agreement unreliable")
      .at_least(0)
      .below(0.5);
  table
      .add("least_accuracy", least_accuracy, "",
           "test accuracy below which a classifier makes what uses it unreliable")
      .at_least(0)
      .at_most(1);
  table
      .add("least_match", least_match, "",
           "share of samples whose modes get the same label, as real pairs always do, below which "
           "the classifiers are off their domain")
      .at_least(0)
      .at_most(1);
  table.add("resamples", resamples, "", "bootstrap samples of trajectories behind each interval")
      .at_least(10);
  return table;
}

}  // namespace syncgap::experiments
