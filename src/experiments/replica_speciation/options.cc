#include "experiments/replica_speciation/options.h"

namespace syncgap::experiments {

ReplicaSpeciationOptions::ReplicaSpeciationOptions() {
  replicas.pairs = 64;
  judge.classifier.network.width = 16;
}

OptionTable ReplicaSpeciationOptions::table() {
  OptionTable table;
  replicas.describe(table);
  replicas.describe_schedules(table);
  judge.describe(table);
  describe_reverse_steps(table);
  table.add("graph_scale", graph_scale, theory::kGraphScales, "",
            "of more than two replicas, spectral: g is the strength of all whom a replica sees "
            "together, as in a pair; edge: that of each of them");
  table.add("adaptive", adaptive, "",
            "measure few t_int first, then those that decide the midpoints; otherwise all of the "
            "axis");
  table.add("coarse_step", coarse_step, "", "distance of the t_int that are measured first")
      .at_least(1);
  table.add("scan_batch", scan_batch, "", "t_int that are added at a time, for each curve")
      .at_least(1);
  table
      .add("widening", widening, "",
           "how much wider the intervals of the midpoints may be than with every t_int")
      .above(0);
  table
      .add("most_evaluations", most_evaluations, "",
           "of the evaluations that every t_int from its own start would take, at most this share")
      .above(0)
      .at_most(1);
  table.add("resamples", resamples, "", "bootstrap samples of pairs behind each interval")
      .at_least(10);
  table
      .add("most_share", most_share, "",
           "share of one class among samples that were told none above which the network makes "
           "little else; 0: half way from an even share to all")
      .at_least(0)
      .at_most(1);
  return table;
}

observables::ScanOptions ReplicaSpeciationOptions::scan() const {
  observables::ScanOptions out;
  out.last = replicas.steps;
  out.coarse_step = coarse_step;
  out.batch = scan_batch;
  out.widening = widening;
  out.most_evaluations = most_evaluations;
  return out;
}

}  // namespace syncgap::experiments
