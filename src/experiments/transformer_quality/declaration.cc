#include "experiments/transformer_quality/declaration.h"

#include <algorithm>
#include <string>

#include "experiments/shared/axis_values.h"
#include "experiments/shared/judge_plan.h"
#include "experiments/shared/replica_plan.h"

namespace syncgap::experiments {
namespace {

/// Images that are kept of each class.
constexpr std::int64_t kKept = 6;
constexpr std::int64_t kMostShownClasses = 10;

/// None, where such samples are made, then the first classes that samples were told.
std::vector<std::int64_t> shown_classes(const TransformerQualityOptions& options) {
  std::vector<std::int64_t> out;
  if (options.free_samples > 0) out.push_back(kNoClass);
  const std::int64_t classes = std::min(options.samples, options.replicas.told_classes());
  for (std::int64_t k = 0; k < std::min(classes, kMostShownClasses); ++k)
    out.push_back(options.samples < options.replicas.told_classes() ? options.told_class(k) : k);
  return out;
}

std::int64_t kept_of_each(const TransformerQualityOptions& options) {
  const std::int64_t each =
      std::max<std::int64_t>(1, options.samples / options.replicas.told_classes());
  const std::int64_t most = std::min(kKept, each);
  return options.free_samples > 0 ? std::min(most, options.free_samples) : most;
}

}  // namespace

std::vector<Axis> transformer_quality_axes(const TransformerQualityOptions& options) {
  constexpr auto captured = AxisRole::captured;
  using Labels = std::vector<std::string>;
  const ReplicaOptions& replicas = options.replicas;
  std::vector<Axis> axes = {
      {"seed", AxisRole::split, std::vector<std::int64_t>{1},
       "start weights and images' order of a model, noise of the samples"},
      {"label", captured, first_integers(replicas.told_classes()),
       "place of a class in the list experiment.classes"},
      {"compared", captured, Labels{"told", "free", "training"},
       "images that are compared with real test images: samples that were told a class, samples "
       "that were told none, real training images",
       "1", kCompared.words()},
      {"shown_class", captured, shown_classes(options),
       "class, as its place in experiment.classes, that samples whose images are kept were told; "
       "-1: none"},
      {"sample", captured, first_integers(kept_of_each(options)),
       "samples of each of these whose images are kept"},
  };
  for (const Axis& axis : replica_network_axes(replicas)) axes.push_back(axis);
  for (const Axis& axis : shown_image_axes(options.judge, replicas)) axes.push_back(axis);
  settle(axes, {"label", "compared"});
  return axes;
}

std::vector<Observable> transformer_quality_observables(const TransformerQualityOptions&) {
  ObservableList list;
  const std::string wilson = "Wilson interval";
  list.add_with_interval("label_right", {},
                         "share of the samples that were told a class in which the judge sees it",
                         "1", "syncgap", wilson);
  list.add_with_interval("class_right", {"label"}, "the same of the samples told each class", "1",
                         "syncgap", wilson);
  list.add_with_interval("class_share", {"label"},
                         "share of each class among the samples that were told none", "1",
                         "syncgap", wilson);
  list.add_with_interval("class_balance", {},
                         "exp(entropy of these shares) / K: 1 where all K classes are as many; n "
                         "samples of such a network have (K - 1) / 2 n less on average",
                         "1", "syncgap", "basic bootstrap interval over samples, at most 1");
  list.add_with_interval("classifier_accuracy", {},
                         "share of real test images the classifier names rightly", "1", "syncgap",
                         wilson);
  list.add_with_interval("class_accuracy", {"label"},
                         "the same of each class, among the test images that are compared: what "
                         "class_right can reach",
                         "1", "syncgap", wilson);
  list.add_with_error(
      "frechet_distance", {"compared"},
      "squared Frechet distance of the judge's features, which have length 1, from those of real "
      "test images, for so many images that it has no bias; of training images, which the judge "
      "has seen before: what samples can reach",
      "1", "syncgap; Heusel et al. 2017; Chong and Forsyth 2020",
      "jackknife over blocks of images");
  list.add("frechet_plain", {"compared"}, "the same of just these images, which is too large", "1",
           "Heusel et al. 2017");
  list.add("compared_count", {"compared"}, "images behind it", "1", "syncgap");
  list.add("test_count", {}, "real test images behind all of them", "1", "syncgap");
  list.add("component_count", {}, "components F of the features in which they are taken", "1",
           "syncgap");
  list.add("component_share", {}, "share of the test images' variance that these keep", "1",
           "syncgap");
  list.add("sample_count", {}, "samples that were told a class", "1", "syncgap");
  list.add("free_sample_count", {}, "samples that were told none", "1", "syncgap");
  list.add("reliable", {},
           "1 where the network uses its context, the classifier has its least accuracy, samples "
           "show the class they were told and those that were told none are of all classes; "
           "otherwise 0",
           "1", "syncgap");
  list.add("sample_pixels", {"shown_class", "sample", "channel", "row", "column"},
           "generated image, black 0 and white 1", "1", "syncgap");
  describe_replica_network(list);
  return list.take();
}

}  // namespace syncgap::experiments
