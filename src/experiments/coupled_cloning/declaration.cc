#include "experiments/coupled_cloning/declaration.h"

#include <algorithm>
#include <string>
#include <utility>

#include "experiments/shared/axis_values.h"

namespace syncgap::experiments {

std::vector<Axis> coupled_cloning_axes(const CoupledCloningOptions& options) {
  using Labels = std::vector<std::string>;
  using Integers = std::vector<std::int64_t>;
  constexpr auto captured = AxisRole::captured;
  std::vector<Axis> axes = coupled_pair_axes({0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6}, {1});
  Integers branches;
  for (std::int64_t step = 10; step < 200; step += 10) branches.push_back(step);
  const std::vector<Axis> measured = {
      {"mode", captured, Labels{"u", "v"}, "common and difference mode", "1", {"u", "v"}},
      {"branch_step", captured, branches, "step t at which the clones share their state"},
      {"label", captured, first_integers(std::ssize(options.pairs.classes)),
       "place of a class in the list experiment.classes"},
      {"epoch", captured, first_integers(options.pairs.denoiser.training.epochs),
       "passes over the images, from 0"},
      {"sample", captured, first_integers(std::min<std::int64_t>(8, options.trajectories)),
       "trajectories whose end is kept as images"},
      {"view",
       captured,
       Labels{"A", "B", "u", "v"},
       "channels, common and difference mode, (103)",
       "1",
       {"A", "B", "u", "v"}},
  };
  axes.insert(axes.end(), measured.begin(), measured.end());
  for (Axis& axis : pixel_axes(options.pairs.side)) axes.push_back(std::move(axis));
  settle(axes, {"mode", "label", "epoch", "view"});
  return axes;
}

std::vector<Observable> coupled_cloning_observables(const CoupledCloningOptions&) {
  ObservableList list;
  const std::string wilson = "Wilson interval", bootstrap = "bootstrap interval over trajectories";
  list.add_with_interval("agreement", {"mode", "branch_step"},
                         "share of clone pairs that get the same label, over all pairs that share "
                         "their past down to this step and nothing after",
                         "1", "multimodal (104)", wilson);
  list.add("agreement_count", {"mode", "branch_step"},
           "independent pairs that would have the same error", "1", "syncgap");
  list.add_with_interval("independent_agreement", {"mode"},
                         "agreement of independent samples, over all pairs of trajectories", "1",
                         "multimodal (105)", bootstrap);
  list.add_with_interval("excess_agreement", {"mode", "branch_step"},
                         "agreement above that of independent samples", "1", "multimodal (105)",
                         "Wilson interval mapped through (105), without the baseline's own error");
  list.add_with_interval("speciation_time", {"mode"},
                         "largest step at which the excess agreement reaches the threshold, linear "
                         "between branch steps",
                         "step", "multimodal (106), corrections E0.17", bootstrap);
  list.add_with_interval("persistent_speciation_time", {"mode"},
                         "step up to which the excess agreement stays above the threshold", "step",
                         "multimodal (106), corrections E0.16", bootstrap);
  list.add("passages", {"mode"}, "how often the excess agreement passes the threshold", "1",
           "corrections E0.16");
  list.add_with_interval("gap", {}, "synchronization gap t_v - t_u of the speciation times", "step",
                         "multimodal (106)", bootstrap);
  list.add_with_interval("class_share", {"mode", "label"}, "share of the samples in each class",
                         "1", "syncgap", wilson);
  list.add_with_interval("label_match", {},
                         "share of samples whose common and difference mode get the same label",
                         "1", "syncgap", wilson);
  list.add("reliable", {"mode"},
           "1 where every class has its least share, the classifier its least accuracy and the "
           "labels of both modes their least match, otherwise 0",
           "1", "syncgap");
  list.add_with_interval("classifier_accuracy", {"mode"},
                         "share of real test images the classifier names rightly", "1",
                         "multimodal (103)", wilson);
  list.add("classifier_tests", {"mode"}, "real test images behind the accuracy", "1", "syncgap");
  list.add("trajectory_count", {}, "master trajectories", "1", "syncgap");
  list.add("sample_pixels", {"sample", "view", "row", "column"},
           "generated image; channels and u: black 0, white 1; v: black -1, white 1, over sqrt 2",
           "1", "multimodal (103)");
  describe_pair_training(list);
  return list.take();
}

}  // namespace syncgap::experiments
