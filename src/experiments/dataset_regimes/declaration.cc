#include "experiments/dataset_regimes/declaration.h"

#include <string>
#include <utility>

#include "experiments/shared/axis_values.h"
#include "experiments/shared/regime_declaration.h"

namespace syncgap::experiments {
namespace {

void describe_information(ObservableList& list) {
  const std::vector<std::string> over = {"time"};
  const auto add = [&](const char* name, const char* meaning, const char* unit,
                       const char* source) {
    list.add_with_interval(name, over, meaning, unit, source, "bootstrap interval");
  };
  add("conditional_entropy", "entropy of the image given x_t", "nat", "information (17)");
  add("conditional_class_entropy", "entropy of the class given x_t", "nat", "information (78)");
  add("entropy_variance", "variance of the pathwise entropy of the image, V_h", "nat^2",
      "information (66)");
  add("class_entropy_variance", "variance of the pathwise entropy of the class, V_Z", "nat^2",
      "information (83)");
  add("entropy_rate", "rate of the entropy of the image, from the divergence of the score",
      "nat/time", "information (56), (62)");
  add("rate_score_norm", "the same from the norm of the score", "nat/time", "information (19)");
  add("rate_denoising", "the same from the denoising error", "nat/time",
      "information (33), corrections E4.4");
  add("gap_score_norm", "rate_score_norm - entropy_rate, paired", "nat/time",
      "information (19), (56)");
  add("gap_denoising", "rate_denoising - entropy_rate, paired", "nat/time",
      "information (33), (56)");
  add("class_entropy_rate",
      "rate of the entropy of the class: the part of the posterior variance between the classes",
      "nat/time", "law of total variance in information (33)");
  const auto add_peak = [&](const char* name, const char* meaning, const char* source) {
    list.add_with_interval(name, {}, meaning, "time", source, "bootstrap interval");
  };
  add_peak("entropy_variance_peak_time", "time at which V_h is largest", "information (66)");
  add_peak("class_entropy_variance_peak_time", "time at which V_Z is largest", "information (83)");
  add_peak("entropy_rate_peak_time", "time at which the rate of the entropy is largest",
           "corrections E4.10");
  add_peak("class_entropy_rate_peak_time",
           "time at which the rate of the entropy of the class is largest", "corrections E4.10");
  list.add("class_branching_time", {},
           "largest time at which paths of modes from the two class means end apart", "time",
           "information section 5; mean shift");
}

void describe_trajectories(ObservableList& list) {
  const std::vector<std::string> branch = {"branch_time"}, path = {"trajectory"};
  list.add("clone_time", branch, "time of the step at which the clones part", "time", "syncgap");
  list.add_with_interval("clone_agreement", branch,
                         "share of clones that collapse in the class of the trunk", "1",
                         "regimes figure 4, phi; backward diffusion", "Wilson interval");
  list.add_with_interval("clone_collapse", branch,
                         "share of clones that collapse on the image of the trunk", "1",
                         "regimes figure 5, phi_C; backward diffusion", "Wilson interval");
  list.add_with_interval("clone_agreement_exact", branch,
                         "the same from posterior weights at the time of the clones", "1",
                         "regimes figure 4, phi; posterior weights", "bootstrap interval");
  list.add_with_interval("clone_collapse_exact", branch,
                         "the same from posterior weights at the time of the clones", "1",
                         "regimes figure 5, phi_C; posterior weights", "bootstrap interval");
  list.add("trajectory_last_change", path,
           "largest time down from which the nearest image of a trajectory no longer changes; no "
           "value where it never did",
           "time", "regimes figure 5");
  list.add_with_interval("trajectory_last_change_mean", {}, "mean of trajectory_last_change",
                         "time", "regimes figure 5", "bootstrap interval");
  list.add("final_class", path, "class a trajectory collapses in", "1", "regimes figure 1");
  list.add("final_image", path, "image a trajectory collapses on, its place in the data set", "1",
           "regimes figure 1");
  list.add("projection", {"trajectory", "time"},
           "projection of the trajectory on the principal direction", "1", "regimes figure 1");
  const std::vector<std::string> image = {"strip", "image_time", "channel", "row", "column"};
  list.add("state_pixels", image, "state of the trajectory", "1", "regimes figure 1");
  list.add("denoised_pixels", image, "posterior mean of the image given the state", "1",
           "regimes figure 1");
  const std::vector<std::string> clone = {"strip", "branch_time"};
  list.add("clone_class", clone, "class a clone of the trajectory collapses in", "1",
           "regimes figure 1");
  list.add("clone_image", clone,
           "image a clone of the trajectory collapses on, its place in the data set", "1",
           "regimes figure 1");
  list.add("clone_pixels", {"strip", "branch_time", "channel", "row", "column"},
           "image a clone of the trajectory collapses on", "1", "regimes figure 1");
}

}  // namespace

std::vector<Axis> dataset_regimes_axes(const DatasetRegimesOptions& options) {
  std::vector<Axis> axes = {classes_axis(), images_axis(10000), regime_seed_axis()};
  const bool trajectories = options.measures(RegimePart::trajectories);
  if (options.measures(RegimePart::posterior) || options.measures(RegimePart::information) ||
      trajectories)
    axes.push_back(regime_time_axis());
  if (options.measures(RegimePart::paths)) axes.push_back(path_axis(1000));
  if (trajectories) {
    axes.push_back(branch_time_axis());
    axes.push_back(trajectory_axis());
    axes.push_back(strip_axis());
    axes.push_back({.name = "image_time",
                    .role = AxisRole::captured,
                    .values = std::vector<double>{4.0, 2.5, 1.75, 1.25, 0.9, 0.6, 0.4, 0.2, 0.0},
                    .doc = "time of an image that is kept",
                    .unit = "time"});
    for (Axis& axis : image_axes(options.regime.channels, options.regime.padded_size))
      axes.push_back(std::move(axis));
  }
  return axes;
}

std::vector<Observable> dataset_regimes_observables(const DatasetRegimesOptions& options) {
  ObservableList list;
  describe_images_used(list);
  if (options.measures(RegimePart::spectrum)) describe_spectrum(list);
  if (options.measures(RegimePart::posterior)) describe_posterior(list);
  if (options.measures(RegimePart::information)) describe_information(list);
  if (options.measures(RegimePart::paths)) describe_paths(list);
  if (options.measures(RegimePart::trajectories)) describe_trajectories(list);
  return list.take();
}

}  // namespace syncgap::experiments
