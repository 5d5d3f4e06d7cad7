#include "experiments/with_torch/coupled_cloning_layout.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

namespace syncgap::experiments {
namespace {

std::vector<std::int64_t> counted(std::size_t count) {
  std::vector<std::int64_t> values(count);
  std::iota(values.begin(), values.end(), std::int64_t{0});
  return values;
}

}  // namespace

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
      {"label", captured, counted(options.pairs.classes.size()),
       "place of a class in the list experiment.classes"},
      {"epoch", captured, counted(static_cast<std::size_t>(options.pairs.denoiser.epochs)),
       "passes over the images, from 0"},
      {"sample", captured, counted(8), "trajectories whose end is kept as pictures"},
      {"picture",
       captured,
       Labels{"A", "B", "u", "v"},
       "channels, common and difference mode, (103)",
       "1",
       {"A", "B", "u", "v"}},
      {"row", captured, counted(static_cast<std::size_t>(options.pairs.side)), "pixel row",
       "pixel"},
      {"column", captured, counted(static_cast<std::size_t>(options.pairs.side)), "pixel column",
       "pixel"},
  };
  axes.insert(axes.end(), measured.begin(), measured.end());
  return axes;
}

std::vector<Observable> coupled_cloning_observables() {
  using Names = std::vector<std::string>;
  const auto allowed = NanPolicy::allowed;
  std::vector<Observable> list;
  const auto with_interval = [&](const std::string& name, const Names& axes,
                                 const std::string& what, const std::string& interval,
                                 const std::string& unit, const std::string& source) {
    list.push_back({name, axes, what, unit, source, allowed});
    list.push_back(
        {name + "_low", axes, what + ", lower end of the 95% " + interval, unit, source, allowed});
    list.push_back(
        {name + "_high", axes, what + ", upper end of the 95% " + interval, unit, source, allowed});
  };
  const std::string wilson = "Wilson interval", bootstrap = "bootstrap interval over trajectories";
  with_interval("agreement", {"mode", "scan_step"}, "share of clone pairs that get the same label",
                wilson, "1", "multimodal (104)");
  with_interval("independent_agreement", {"mode"},
                "agreement of independent samples, over all pairs of trajectories", bootstrap, "1",
                "multimodal (105)");
  with_interval("excess_agreement", {"mode", "scan_step"},
                "agreement above that of independent samples",
                "Wilson interval mapped through (105), without the baseline's own error", "1",
                "multimodal (105)");
  with_interval("speciation_time", {"mode"},
                "largest step at which the excess agreement reaches the threshold, linear between "
                "scan steps",
                bootstrap, "step", "multimodal (106), corrections E0.17");
  with_interval("persistent_speciation_time", {"mode"},
                "step up to which the excess agreement stays above the threshold", bootstrap,
                "step", "multimodal (106), corrections E0.16");
  list.push_back({"passages",
                  {"mode"},
                  "how often the excess agreement passes the threshold",
                  "1",
                  "corrections E0.16"});
  with_interval("gap", {}, "synchronization gap t_v - t_u of the speciation times", bootstrap,
                "step", "multimodal (106)");
  with_interval("class_share", {"mode", "label"}, "share of the samples in each class", wilson, "1",
                "");
  with_interval("label_match", {},
                "share of samples whose common and difference mode get the same label", wilson, "1",
                "");
  list.push_back(
      {"reliable",
       {"mode"},
       "1 where every class has its least share, the classifier its least accuracy and the "
       "labels of both modes their least match, otherwise 0",
       "1"});
  with_interval("classifier_accuracy", {"mode"},
                "share of real test pictures the classifier names rightly", wilson, "1",
                "multimodal (103)");
  list.push_back({"classifier_tests", {"mode"}, "real test pictures behind the accuracy", "1"});
  list.push_back({"trajectory_count", {}, "master trajectories", "1"});
  list.push_back({"sample_picture",
                  {"sample", "picture", "row", "column"},
                  "generated picture; channels and u: black 0, white 1; v: black -1, white 1, over "
                  "sqrt 2",
                  "1",
                  "multimodal (103)"});
  list.push_back(
      {"training_loss", {"epoch"}, "mean denoising loss of an epoch", "1", "multimodal (96)"});
  list.push_back({"parameters", {}, "numbers of the denoiser that were trained", "1"});
  list.push_back({"image_count", {}, "images trained on", "1"});
  list.push_back({"prior_signal",
                  {},
                  "abar at the last step: signal that the start of generation lacks",
                  "1"});
  return list;
}

}  // namespace syncgap::experiments
