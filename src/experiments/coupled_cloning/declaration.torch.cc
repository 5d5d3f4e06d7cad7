#include "experiments/coupled_cloning/declaration.h"

#include <string>
#include <utility>

#include "experiments/shared/axis_values.h"

namespace syncgap::experiments {
CoupledCloningOptions::CoupledCloningOptions() { pairs.classes = {1, 8}; }

OptionTable CoupledCloningOptions::table() {
  OptionTable table;
  pairs.describe(table);
  classifier.describe(table);
  table
      .add("trajectories", trajectories, "",
           "master trajectories of a unit; each leaves a clone at "
           "every scan step")
      .at_least(2);
  table
      .add("group", group, "",
           "trajectories that run as one batch with their clones; part of what decides the bits")
      .at_least(1)
      .at_most(4096);
  table.add("within_range", within_range, "",
            "keep predictions of clean pictures between black and white, where exact ones are");
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

std::vector<Axis> coupled_cloning_axes(const CoupledCloningOptions& options) {
  using Labels = std::vector<std::string>;
  using Integers = std::vector<std::int64_t>;
  constexpr auto captured = AxisRole::captured;
  std::vector<Axis> axes = coupled_pair_axes();
  for (Axis& axis : axes) {
    if (axis.name == "g") axis.values = std::vector<double>{0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6};
    if (axis.name == "seed") axis.values = Integers{1};
  }
  Integers scan;
  for (std::int64_t step = 10; step < 200; step += 10) scan.push_back(step);
  const std::vector<Axis> measured = {
      {"mode", captured, Labels{"u", "v"}, "common and difference mode", "1", {"u", "v"}},
      {"scan_step", captured, scan, "step t at which the clones share their state"},
      {"label", captured, first_integers(static_cast<std::int64_t>(options.pairs.classes.size())),
       "place of a class in the list experiment.classes"},
      {"epoch", captured, first_integers(options.pairs.denoiser.epochs),
       "passes over the images, from 0"},
      {"sample", captured, first_integers(8), "trajectories whose end is kept as pictures"},
      {"picture",
       captured,
       Labels{"A", "B", "u", "v"},
       "channels, common and difference mode, (103)",
       "1",
       {"A", "B", "u", "v"}},
      {"row", captured, first_integers(options.pairs.side), "pixel row", "pixel"},
      {"column", captured, first_integers(options.pairs.side), "pixel column", "pixel"},
  };
  axes.insert(axes.end(), measured.begin(), measured.end());
  return axes;
}

std::vector<Observable> coupled_cloning_observables() {
  ObservableList list;
  const std::string wilson = "Wilson interval", bootstrap = "bootstrap interval over trajectories";
  list.add_with_interval("agreement", {"mode", "scan_step"},
                         "share of clone pairs that get the same label, over all pairs that share "
                         "their past down to this step and nothing after",
                         "1", "multimodal (104)", wilson);
  list.add("agreement_count", {"mode", "scan_step"},
           "independent pairs that would have the same error", "1", "");
  list.add_with_interval("independent_agreement", {"mode"},
                         "agreement of independent samples, over all pairs of trajectories", "1",
                         "multimodal (105)", bootstrap);
  list.add_with_interval("excess_agreement", {"mode", "scan_step"},
                         "agreement above that of independent samples", "1", "multimodal (105)",
                         "Wilson interval mapped through (105), without the baseline's own error");
  list.add_with_interval("speciation_time", {"mode"},
                         "largest step at which the excess agreement reaches the threshold, linear "
                         "between scan steps",
                         "step", "multimodal (106), corrections E0.17", bootstrap);
  list.add_with_interval("persistent_speciation_time", {"mode"},
                         "step up to which the excess agreement stays above the threshold", "step",
                         "multimodal (106), corrections E0.16", bootstrap);
  list.add("passages", {"mode"}, "how often the excess agreement passes the threshold", "1",
           "corrections E0.16");
  list.add_with_interval("gap", {}, "synchronization gap t_v - t_u of the speciation times", "step",
                         "multimodal (106)", bootstrap);
  list.add_with_interval("class_share", {"mode", "label"}, "share of the samples in each class",
                         "1", "", wilson);
  list.add_with_interval("label_match", {},
                         "share of samples whose common and difference mode get the same label",
                         "1", "", wilson);
  list.add("reliable", {"mode"},
           "1 where every class has its least share, the classifier its least accuracy and the "
           "labels of both modes their least match, otherwise 0",
           "1", "");
  list.add_with_interval("classifier_accuracy", {"mode"},
                         "share of real test pictures the classifier names rightly", "1",
                         "multimodal (103)", wilson);
  list.add("classifier_tests", {"mode"}, "real test pictures behind the accuracy", "1", "");
  list.add("trajectory_count", {}, "master trajectories", "1", "");
  list.add("sample_picture", {"sample", "picture", "row", "column"},
           "generated picture; channels and u: black 0, white 1; v: black -1, white 1, over sqrt 2",
           "1", "multimodal (103)");
  describe_training(list);
  return list.take();
}

}  // namespace syncgap::experiments
