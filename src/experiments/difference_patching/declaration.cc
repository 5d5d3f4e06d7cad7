#include "experiments/difference_patching/declaration.h"

#include <string>

#include "experiments/difference_patching/patch.h"
#include "experiments/shared/agreements.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/replica_plan.h"

namespace syncgap::experiments {
namespace {

/// Tenths of a trajectory, every other one.
std::vector<std::int64_t> patch_steps(std::int64_t steps) {
  constexpr std::int64_t kParts = 5;
  std::vector<std::int64_t> out;
  for (std::int64_t k = 0; k < kParts; ++k)
    if (const std::int64_t step = steps * (2 * k + 1) / (2 * kParts);
        out.empty() || step > out.back())
      out.push_back(step);
  return out;
}

}  // namespace

std::vector<Axis> difference_patching_axes(const DifferencePatchingOptions& options) {
  constexpr auto captured = AxisRole::captured;
  const ReplicaOptions& replicas = options.replicas;
  const auto shape = replicas.shape(1);
  auto axes = replica_axes({0, 0.3});
  const std::vector<Axis> own = {
      {"metric", captured, std::vector<std::string>{"cosine", "label", "coarse", "fine"},
       "by what the images of a pair are compared", "1", kAgreements.words()},
      {"kind", captured, std::vector<std::string>{"copied", "removed"},
       "what is done to a part of the difference: B gets A's, or both get the mean", "1",
       kPatchKinds.words()},
      {"patch_step", captured, patch_steps(replicas.steps),
       "step s of the trajectory, from 0, from which on a part is patched", "step"},
      {"layer", captured, first_integers(shape.depth),
       "block that has just been passed where it is patched; 0: tokens as they enter the first"},
      {"part", captured, patched_part_names(shape.grid()),
       "part of the difference: leading and trailing modes of the start, or a band of spatial "
       "frequency",
       "1", patched_part_names(shape.grid())},
      {"label", captured, first_integers(replicas.told_classes()),
       "place of a class in the list experiment.classes"},
  };
  axes.insert(axes.end(), own.begin(), own.end());
  for (const Axis& axis : replica_network_axes(replicas)) axes.push_back(axis);
  settle(axes, {"metric", "label"});
  return axes;
}

std::vector<Observable> difference_patching_observables(const DifferencePatchingOptions&) {
  ObservableList list;
  const std::string pairs = "standard error over pairs", wilson = "Wilson interval";
  list.add_with_error("unpatched", {"metric"},
                      "cosine of features, share of equal labels, and squared distances at both "
                      "scales, of images of pairs that nothing was done to",
                      "1", "dit (70)-(72)", pairs);
  list.add_with_error("effect", {"metric", "kind", "patch_step", "layer", "part"},
                      "what a patch changes of it: the difference of cosine and label, and of "
                      "distances the relative one",
                      "1", "syncgap", pairs);
  list.add("part_share", {"patch_step", "layer", "part"},
           "energy of the part over that of the whole difference where a patch begins", "1",
           "syncgap");
  list.add_with_interval("class_share", {"label"},
                         "share of each class among the samples of pairs that nothing was done to",
                         "1", "syncgap", wilson);
  list.add_with_interval("classifier_accuracy", {},
                         "share of real test images the classifier names rightly", "1", "syncgap",
                         wilson);
  list.add("reliable", {},
           "1 where the network uses its context, the classifier has its least accuracy and no "
           "class outweighs the others among samples that were told none; otherwise 0",
           "1", "syncgap");
  list.add("pair_count", {}, "pairs of replicas", "1", "syncgap");
  describe_replica_network(list);
  return list.take();
}

}  // namespace syncgap::experiments
