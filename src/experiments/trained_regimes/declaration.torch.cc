#include "experiments/trained_regimes/declaration.h"

#include <algorithm>
#include <string>
#include <utility>

#include "experiments/shared/axis_values.h"
#include "experiments/shared/regime_declaration.h"

namespace syncgap::experiments {
namespace {

constexpr std::int64_t kProgress = 40;

std::vector<double> shares(std::int64_t count) {
  std::vector<double> out;
  for (std::int64_t i = 1; i <= count; ++i)
    out.push_back(static_cast<double>(i) / static_cast<double>(count));
  return out;
}

void describe_models(ObservableList& list) {
  list.add("training_loss", {"progress"}, "mean denoising loss around this share of the training",
           "1", "regimes (60)");
  list.add("parameters", {}, "numbers of the denoiser that were trained", "1", "regimes app. D");
  list.add("epochs_trained", {}, "passes over the images", "1", "syncgap");
  list.add_with_interval("classifier_accuracy", {},
                         "share of test images the classifier puts in their class", "1",
                         "regimes app. D", "Wilson interval");
  list.add("classifier_test_count", {}, "test images behind classifier_accuracy", "1", "syncgap");
  list.add("classifier_held_out", {},
           "1 if the test images are the last tenth of the training images, 0 if they are the data "
           "set's own",
           "1", "syncgap");
}

void describe_clones(ObservableList& list) {
  const ObservableList::Names branch = {"branch_time"};
  list.add("clone_time", branch, "time of the step at which the clones part", "time", "syncgap");
  list.add_with_interval(
      "clone_agreement", branch,
      "share of clones of the trained network that end in the class of the trunk", "1",
      "regimes figure 4, phi", "Wilson interval");
  list.add("clone_agreement_count", branch,
           "independent pairs of clones that would have the same error", "1", "syncgap");
  list.add_with_interval(
      "clone_collapse", branch,
      "share of clones of the trained network whose nearest image is that of the trunk", "1",
      "regimes figure 5, phi_C", "Wilson interval");
  list.add("clone_collapse_count", branch,
           "independent pairs of clones that would have the same error", "1", "syncgap");
  list.add_with_interval("clone_agreement_exact", branch,
                         "clone_agreement of the exact empirical score", "1",
                         "regimes figure 4, phi; posterior weights", "bootstrap interval");
  list.add_with_interval("clone_collapse_exact", branch,
                         "clone_collapse of the exact empirical score", "1",
                         "regimes figure 5, phi_C; posterior weights", "bootstrap interval");
  list.add_with_interval("clone_speciation_time", {},
                         "time at which clone_agreement crosses speciation_level", "time",
                         "regimes figure 4", "bootstrap interval");
  list.add_with_interval("clone_collapse_time", {}, "time at which clone_collapse crosses 1/2",
                         "time", "regimes figure 5", "bootstrap interval");
}

void describe_samples(ObservableList& list) {
  const ObservableList::Names path = {"trajectory"};
  list.add("trajectory_last_change", path,
           "largest time down from which the nearest image of a trajectory no longer changes",
           "time", "regimes figure 5");
  list.add_with_interval("trajectory_last_change_mean", {}, "mean of trajectory_last_change",
                         "time", "regimes figure 5", "bootstrap interval");
  list.add("final_class", path, "class of a generated image", "1", "regimes figure 4");
  list.add_with_interval("second_class_share", {}, "share of generated images in the second class",
                         "1", "syncgap", "Wilson interval");
  list.add("independent_agreement", {},
           "probability that two independent generated images are of one class", "1",
           "multimodal (105)");
  list.add("final_image", path, "training image nearest to a generated one, its place in the set",
           "1", "regimes figure 5");
  list.add("nearest_distance", path, "distance of a generated image to the nearest training image",
           "1", "regimes figure 11");
  list.add("second_distance", path,
           "distance of a generated image to the second nearest training image", "1",
           "regimes figure 11");
  list.add_with_interval(
      "collapsed_share", {},
      "share of generated images three times as near to one training image as to "
      "any other",
      "1", "regimes figure 11", "Wilson interval");
  list.add("training_spacing", {},
           "mean distance of a training image to the nearest other one, over the first 500", "1",
           "regimes figure 11");
  list.add("sample_picture", {"strip", "channel", "row", "column"}, "generated image", "1",
           "regimes figure 11");
  list.add("neighbour_picture", {"strip", "neighbour", "channel", "row", "column"},
           "training image near the generated one", "1", "regimes figure 11");
  list.add("neighbour_distance", {"strip", "neighbour"},
           "distance of a training image to the generated one", "1", "regimes figure 11");
}

}  // namespace

TrainedRegimesOptions::TrainedRegimesOptions() {
  exact.measure = {"spectrum", "posterior", "paths"};
  exact.samples = 1000;
  denoiser.batch = 64;
  denoiser.learning_rate = 1e-3;
}

OptionTable TrainedRegimesOptions::table() {
  OptionTable table;
  exact.describe_images(table);
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
            "keep predictions of clean pictures between black and white, where exact ones are");
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
  if (images_seen == 0) return denoiser.epochs;
  return std::max<std::int64_t>(1, (images_seen + examples / 2) / examples);
}

std::vector<Axis> trained_regimes_axes(const TrainedRegimesOptions& options) {
  DatasetRegimesOptions all = options.exact;
  all.measure.push_back("trajectories");
  std::vector<Axis> axes;
  for (Axis& axis : dataset_regimes_axes(all)) {
    if (axis.name == "frame_time") continue;
    if (axis.name == "images") axis.values = std::vector<std::int64_t>{2000};
    if (axis.name == "path") axis.values = first_integers(500);
    axes.push_back(std::move(axis));
  }
  axes.push_back({"neighbour", AxisRole::captured, first_integers(4),
                  "training images near a generated one, the nearest first"});
  axes.push_back({"progress", AxisRole::captured, shares(kProgress), "share of the training done"});
  return axes;
}

std::vector<Observable> trained_regimes_observables(const TrainedRegimesOptions& options) {
  ObservableList list;
  describe_models(list);
  describe_clones(list);
  describe_samples(list);
  std::vector<Observable> all = dataset_regimes_observables(options.exact);
  for (Observable& observable : list.take()) all.push_back(std::move(observable));
  return all;
}

}  // namespace syncgap::experiments
