#include "experiments/shared/regime_declaration.h"

#include <string>

#include "core/spacing.h"
#include "experiments/shared/axis_values.h"

namespace syncgap::experiments {
namespace {

/// Close together where collapse happens, wider apart in the tail.
std::vector<double> default_times() {
  std::vector<double> out;
  const auto append = [&](double first, double step, std::size_t count) {
    const auto values = stepped(first, step, count);
    out.insert(out.end(), values.begin(), values.end());
  };
  append(0.02, 0.02, 20);
  append(0.45, 0.05, 16);
  append(1.3, 0.1, 18);
  append(3.25, 0.25, 8);
  return out;
}

}  // namespace

Axis classes_axis() {
  return {.name = "classes",
          .values = std::vector<std::string>{"0-9"},
          .doc = "the two classes, as in \"1-8\""};
}

Axis images_axis(std::int64_t count) {
  return {.name = "images",
          .values = std::vector<std::int64_t>{count},
          .doc = "number of images n, the same of each class; 0: all of them"};
}

Axis regime_seed_axis() {
  return {.name = "seed",
          .values = std::vector<std::int64_t>{1},
          .doc = "decides the subset of images and all noise"};
}

Axis regime_time_axis() {
  return {.name = "time",
          .role = AxisRole::captured,
          .values = default_times(),
          .doc = "time t of the curves",
          .unit = "time"};
}

Axis path_axis(std::int64_t count) {
  return {.name = "path",
          .role = AxisRole::captured,
          .values = first_integers(count),
          .doc = "number of the exact path; as many are run as there are values",
          .choice = AxisChoice::count};
}

Axis trajectory_axis() {
  return {.name = "trajectory",
          .role = AxisRole::captured,
          .values = first_integers(128),
          .doc = "number of the trajectory; as many are run as there are values",
          .choice = AxisChoice::count};
}

Axis branch_time_axis() {
  return {.name = "branch_time",
          .role = AxisRole::captured,
          .values = std::vector<double>{3.5, 3.0, 2.5, 2.0, 1.75, 1.5, 1.25, 1.0, 0.85, 0.7, 0.6,
                                        0.5, 0.4, 0.3, 0.2, 0.1, 0.05},
          .doc = "time at which clones part",
          .unit = "time"};
}

Axis strip_axis() {
  return {.name = "strip",
          .role = AxisRole::captured,
          .values = first_integers(4),
          .doc = "number of the trajectory whose images are kept",
          .numbers_of = "trajectory"};
}

void describe_images_used(ObservableList& list) {
  list.add("image_count", {}, "images used", "1", "syncgap");
  list.add("dimension", {}, "numbers per image, d", "1", "syncgap");
  list.add("varying_dimension", {}, "pixels that are not the same in all images", "1", "syncgap");
  list.add("data_checksum", {}, "lower 53 bits of the checksum of images and labels used", "1",
           "syncgap");
}

void describe_spectrum(ObservableList& list) {
  list.add_with_interval("largest_eigenvalue", {},
                         "largest eigenvalue of the covariance of the images, first channel", "1",
                         "regimes (4), table", "bootstrap interval");
  list.add_with_interval("speciation_time", {}, "t_S = log(largest eigenvalue) / 2", "time",
                         "regimes (4)", "bootstrap interval");
  list.add("class_alignment", {},
           "cosine between the principal direction and the difference of the class means", "1",
           "syncgap");
  list.add("class_share", {}, "share of the largest eigenvalue that the class means make", "1",
           "syncgap");
}

void describe_posterior(ObservableList& list) {
  const std::vector<std::string> over = {"time"};
  list.add_with_interval(
      "excess_entropy", over, "empirical excess entropy density, as mean posterior entropy over d",
      "nat", "regimes (5), (56)-(57); H[y|x_t] / d of information (16)", "bootstrap interval");
  list.add_with_interval("excess_entropy_sampled", over,
                         "empirical excess entropy density, as the mean of -log P^e", "nat",
                         "regimes (56)-(57)", "bootstrap interval");
  list.add_with_interval("collapse_agreement", over,
                         "probability that two clones of x_t collapse on the same image", "1",
                         "regimes figure 5, phi_C; posterior weights", "bootstrap interval");
  list.add_with_interval("true_weight", over,
                         "mean posterior weight of the image x_t was made from", "1",
                         "syncgap; equals collapse_agreement in the mean", "bootstrap interval");
  list.add_with_interval("speciation_agreement", over,
                         "probability that two clones of x_t collapse in the same class", "1",
                         "regimes figure 4, phi; posterior weights", "bootstrap interval");
  list.add_with_interval("class_entropy", over, "entropy of the class given x_t", "nat",
                         "information (16)", "bootstrap interval");
  list.add_with_interval("speciation_crossing_time", {},
                         "time at which speciation_agreement crosses speciation_level", "time",
                         "regimes figure 4", "bootstrap interval");
  list.add_with_interval("collapse_crossing_time", {},
                         "time at which collapse_agreement crosses 1/2", "time", "regimes figure 5",
                         "bootstrap interval");
  list.add_with_interval("entropy_threshold_time", {},
                         "largest time at which the excess entropy is below entropy_threshold of "
                         "log(n) / d",
                         "time", "regimes (5)", "bootstrap interval");
  list.add_with_interval("entropy_tangent_time", {},
                         "zero of the steepest tangent of the excess entropy; no value where axis "
                         "time does not reach it",
                         "time", "regimes (5); exact for a random energy model",
                         "bootstrap interval");
}

void describe_paths(ObservableList& list) {
  list.add(
      "last_change", {"path"},
      "largest time down from which the nearest image no longer changes, along exact paths; no "
      "value where it is beyond path_horizon",
      "time", "regimes figure 5");
  list.add_with_interval("last_change_mean", {}, "mean of last_change, if all have a value", "time",
                         "regimes figure 5", "bootstrap interval");
}

}  // namespace syncgap::experiments
