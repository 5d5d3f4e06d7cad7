#include "experiments/trained_regimes/declaration.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/numbers.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/regime_declaration.h"

namespace syncgap::experiments {
namespace {

constexpr std::int64_t kProgress = 40;

std::vector<double> shares(std::int64_t count) {
  std::vector<double> out;
  for (std::int64_t i = 1; i <= count; ++i) out.push_back(to_real(i) / to_real(count));
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
           "largest time down from which the nearest image of a trajectory no longer changes; no "
           "value where it never did",
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
  list.add("sample_pixels", {"strip", "channel", "row", "column"}, "generated image", "1",
           "regimes figure 11");
  list.add("neighbour_pixels", {"strip", "neighbour", "channel", "row", "column"},
           "training image near the generated one", "1", "regimes figure 11");
  list.add("neighbour_distance", {"strip", "neighbour"},
           "distance of a training image to the generated one", "1", "regimes figure 11");
}

}  // namespace

std::vector<Axis> trained_regimes_axes(const TrainedRegimesOptions& options) {
  std::vector<Axis> axes = {classes_axis(),     images_axis(2000), regime_seed_axis(),
                            regime_time_axis(), path_axis(500),    branch_time_axis(),
                            trajectory_axis(),  strip_axis()};
  for (Axis& axis : image_axes(options.exact.channels, options.exact.padded_size))
    axes.push_back(std::move(axis));
  axes.push_back({.name = "neighbour",
                  .role = AxisRole::captured,
                  .values = first_integers(4),
                  .doc = "training images near a generated one, the nearest first",
                  .choice = AxisChoice::count});
  axes.push_back({"progress", AxisRole::captured, shares(kProgress), "share of the training done"});
  settle(axes, {"progress"});
  return axes;
}

std::vector<Observable> trained_regimes_observables(const TrainedRegimesOptions&) {
  ObservableList list;
  describe_images_used(list);
  describe_spectrum(list);
  describe_posterior(list);
  describe_paths(list);
  describe_models(list);
  describe_clones(list);
  describe_samples(list);
  return list.take();
}

}  // namespace syncgap::experiments
