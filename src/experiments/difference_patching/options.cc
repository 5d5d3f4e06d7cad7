#include "experiments/difference_patching/options.h"

namespace syncgap::experiments {

DifferencePatchingOptions::DifferencePatchingOptions() {
  judge.classifier.network.width = 16;
  modes.count = modes.pairs;
}

OptionTable DifferencePatchingOptions::table() {
  OptionTable table;
  replicas.describe(table);
  judge.describe(table);
  modes.describe(table);
  table
      .add("band_share", band_share, "",
           "share of the modes that make the leading part, and the trailing one, (78)-(79)")
      .above(0)
      .at_most(0.5);
  table
      .add("patch_length", patch_length, "",
           "steps for which a patch is made anew, from its step on or to the end: a single one of "
           "a hundred hardly matters")
      .at_least(1);
  table
      .add("patch_batch", patch_batch, "",
           "patches of a group that run as one batch; part of what decides the bits, and of the "
           "memory")
      .at_least(1)
      .at_most(4096);
  table
      .add("most_share", most_share, "",
           "share of one class among samples that were told none above which the network makes "
           "little else; 0: half way from an even share to all")
      .at_least(0)
      .at_most(1);
  return table;
}

}  // namespace syncgap::experiments
