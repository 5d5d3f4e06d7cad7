#include "experiments/shared/regime_declaration.h"

#include <cstdint>
#include <string>

#include "experiments/shared/axis_values.h"
#include "experiments/shared/interval_observables.h"

namespace syncgap::experiments {
namespace {

/// Close together where collapse happens, wider apart in the tail.
std::vector<double> default_times() {
  std::vector<double> out;
  for (int i = 1; i <= 20; ++i) out.push_back(0.02 * i);
  for (int i = 1; i <= 16; ++i) out.push_back(0.4 + 0.05 * i);
  for (int i = 1; i <= 18; ++i) out.push_back(1.2 + 0.1 * i);
  for (int i = 1; i <= 8; ++i) out.push_back(3.0 + 0.25 * i);
  return out;
}

constexpr NanPolicy kMayBeMissing = NanPolicy::allowed;

void describe_spectrum(ObservableList& list) {
  list.add_with_interval("largest_eigenvalue", {},
                         "largest eigenvalue of the covariance of the images, first channel", "1",
                         "regimes (4), table", "bootstrap interval");
  list.add_with_interval("speciation_time", {}, "t_S = log(largest eigenvalue) / 2", "time",
                         "regimes (4)", "bootstrap interval", kMayBeMissing);
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
                         "regimes figure 4", "bootstrap interval", kMayBeMissing);
  list.add_with_interval("collapse_crossing_time", {},
                         "time at which collapse_agreement crosses 1/2", "time", "regimes figure 5",
                         "bootstrap interval", kMayBeMissing);
  list.add_with_interval("entropy_threshold_time", {},
                         "largest time at which the excess entropy is below entropy_threshold of "
                         "log(n) / d",
                         "time", "regimes (5)", "bootstrap interval", kMayBeMissing);
  list.add_with_interval(
      "entropy_tangent_time", {}, "zero of the steepest tangent of the excess entropy", "time",
      "regimes (5); exact for a random energy model", "bootstrap interval", kMayBeMissing);
}

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
    list.add_with_interval(name, {}, meaning, "time", source, "bootstrap interval", kMayBeMissing);
  };
  add_peak("entropy_variance_peak_time", "time at which V_h is largest", "information (66)");
  add_peak("class_entropy_variance_peak_time", "time at which V_Z is largest", "information (83)");
  add_peak("entropy_rate_peak_time", "time at which the rate of the entropy is largest",
           "corrections E4.10");
  add_peak("class_entropy_rate_peak_time",
           "time at which the rate of the entropy of the class is largest", "corrections E4.10");
  list.add("class_branching_time", {},
           "largest time at which paths of modes from the two class means end apart", "time",
           "information section 5; mean shift", kMayBeMissing);
}

void describe_paths(ObservableList& list) {
  list.add("last_change", {"path"},
           "largest time down from which the nearest image no longer changes, along exact paths",
           "time", "regimes figure 5");
  list.add_with_interval("last_change_mean", {}, "mean of last_change", "time", "regimes figure 5",
                         "bootstrap interval");
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
           "largest time down from which the nearest image of a trajectory no longer changes",
           "time", "regimes figure 5");
  list.add_with_interval("trajectory_last_change_mean", {}, "mean of trajectory_last_change",
                         "time", "regimes figure 5", "bootstrap interval");
  list.add("final_class", path, "class a trajectory collapses in", "1", "regimes figure 1");
  list.add("final_image", path, "image a trajectory collapses on, its place in the data set", "1",
           "regimes figure 1");
  list.add("projection", {"trajectory", "time"},
           "projection of the trajectory on the principal direction", "1", "regimes figure 1");
  const std::vector<std::string> frame = {"strip", "frame_time", "channel", "row", "column"};
  list.add("picture", frame, "state of the trajectory", "1", "regimes figure 1");
  list.add("denoised_picture", frame, "posterior mean of the image given the state", "1",
           "regimes figure 1");
  const std::vector<std::string> clone = {"strip", "branch_time"};
  list.add("clone_class", clone, "class a clone of the trajectory collapses in", "1",
           "regimes figure 1");
  list.add("clone_image", clone,
           "image a clone of the trajectory collapses on, its place in the data set", "1",
           "regimes figure 1");
  list.add("clone_picture", {"strip", "branch_time", "channel", "row", "column"},
           "image a clone of the trajectory collapses on", "1", "regimes figure 1");
}

}  // namespace

std::vector<Axis> dataset_regimes_axes(const DatasetRegimesOptions& options) {
  std::vector<Axis> axes = {
      {"classes", AxisRole::split, std::vector<std::string>{"0-9"},
       "the two classes, as in \"1-8\""},
      {"images", AxisRole::split, std::vector<std::int64_t>{10000},
       "number of images n, the same of each class; 0: all of them"},
      {"seed", AxisRole::split, std::vector<std::int64_t>{1},
       "decides the subset of images and all noise"},
  };
  const bool posterior = options.measures("posterior");
  const bool information = options.measures("information");
  const bool trajectories = options.measures("trajectories");
  if (posterior || information || trajectories)
    axes.push_back({"time", AxisRole::captured, default_times(), "time t of the curves", "time"});
  if (options.measures("paths"))
    axes.push_back({"path", AxisRole::captured, first_integers(1000),
                    "number of the exact path; as many are run as there are values"});
  if (trajectories) {
    axes.push_back({"branch_time", AxisRole::captured,
                    std::vector<double>{3.5, 3.0, 2.5, 2.0, 1.75, 1.5, 1.25, 1.0, 0.85, 0.7, 0.6,
                                        0.5, 0.4, 0.3, 0.2, 0.1, 0.05},
                    "time at which clones part", "time"});
    axes.push_back({"trajectory", AxisRole::captured, first_integers(128),
                    "number of the trajectory; as many are run as there are values"});
    axes.push_back({"strip", AxisRole::captured, first_integers(4),
                    "number of the trajectory whose pictures are kept"});
    axes.push_back({"frame_time", AxisRole::captured,
                    std::vector<double>{4.0, 2.5, 1.75, 1.25, 0.9, 0.6, 0.4, 0.2, 0.0},
                    "time of a picture", "time"});
    axes.push_back({"channel", AxisRole::captured, first_integers(options.channels), "channel"});
    axes.push_back({"row", AxisRole::captured, first_integers(options.padded_size), "pixel row"});
    axes.push_back(
        {"column", AxisRole::captured, first_integers(options.padded_size), "pixel column"});
  }
  return axes;
}

std::vector<Observable> dataset_regimes_observables(const DatasetRegimesOptions& options) {
  ObservableList list;
  list.add("image_count", {}, "images used", "1", "syncgap");
  list.add("dimension", {}, "numbers per image, d", "1", "syncgap");
  list.add("varying_dimension", {}, "pixels that are not the same in all images", "1", "syncgap");
  list.add("data_checksum", {}, "lower 53 bits of the checksum of images and labels used", "1",
           "syncgap");
  if (options.measures("spectrum")) describe_spectrum(list);
  if (options.measures("posterior")) describe_posterior(list);
  if (options.measures("information")) describe_information(list);
  if (options.measures("paths")) describe_paths(list);
  if (options.measures("trajectories")) describe_trajectories(list);
  return list.take();
}

}  // namespace syncgap::experiments
