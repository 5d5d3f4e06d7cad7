#include "experiments/information_dynamics/options.h"

namespace syncgap::experiments {

OptionTable InformationDynamicsOptions::table() {
  OptionTable table;
  table.add("trials", trials, "M", "noised samples of the data; all noise levels share them")
      .at_least(4)
      .at_most(1e9);
  table
      .add("spectrum_trials", spectrum_trials, "",
           "samples at which the spectrum of the score's Jacobian is taken")
      .at_least(2)
      .at_most(1e9);
  mixture.add_to(table);
  return table;
}

}  // namespace syncgap::experiments
