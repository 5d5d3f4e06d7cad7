#include "experiments/network_decisions/declaration.h"

#include <algorithm>
#include <string>

#include "experiments/shared/axis_values.h"
#include "experiments/shared/judge_plan.h"
#include "experiments/shared/replica_plan.h"

namespace syncgap::experiments {
namespace {

constexpr std::int64_t kLossSteps = 48;
constexpr std::int64_t kBranchSteps = 20;
constexpr std::int64_t kShownClones = 4, kShownTrunks = 3;

/// From the noise on, at most kBranchSteps of the numbers of steps after which there is one left.
std::vector<std::int64_t> branch_steps(std::int64_t steps) {
  const std::int64_t stride = std::max<std::int64_t>(1, (steps + kBranchSteps - 1) / kBranchSteps);
  std::vector<std::int64_t> out;
  for (std::int64_t n = 0; n < steps; n += stride) out.push_back(n);
  return out;
}

/// The first, the middle one and the last.
std::vector<std::int64_t> some_of(const std::vector<std::int64_t>& branches) {
  std::vector<std::int64_t> out{branches.front(), branches[branches.size() / 2], branches.back()};
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void describe_loss(ObservableList& list) {
  const std::string images = "bootstrap interval over images";
  list.add("step_time", {"step"}, "time of an Ornstein-Uhlenbeck process with the step's noise",
           "time", "regimes (58)-(59)");
  list.add_with_error("noise_error", {"told", "step"},
                      "squared error of the predicted noise, summed over the numbers of an image",
                      "1", "multimodal (96)", "standard error over images");
  list.add_with_interval(
      "conditional_class_entropy", {"step"},
      "entropy of the class given x_t by the network's own posterior: likelihood "
      "of the noise's path under each class that it may be told, with the prediction at the "
      "noisier end of each step of the axis: with the default's 48 steps of exact Gaussian "
      "mixtures 1 to 3% too small half way, 10 to 17% where little is open",
      "nat", "information (78)", images);
  list.add_with_interval("class_entropy_rate", {"step"},
                         "its rate, by differences over two steps to either side", "nat/time",
                         "information (33), (78)", images);
  list.add_with_interval("class_information_rate", {"step"},
                         "the same for a unit of the logarithm of the signal-to-noise ratio gamma, "
                         "dI/dlog gamma, which is bounded",
                         "nat", "I-MMSE (Guo et al. 2005)", images);
  list.add_with_interval("own_information_rate", {"step"},
                         "the same rate for images of the network's own law: gamma / 2 times the "
                         "part of the variance of the clean image given x_t that lies between the "
                         "classes, as it predicts it",
                         "nat", "law of total variance in information (33)", images);
  list.add_with_interval(
      "class_entropy_variance", {"step"},
      "variance of the pathwise entropy of the class, V_Z, by the same posterior", "nat^2",
      "information (83)", images);
  list.add_with_interval("class_entropy_rate_peak_time", {},
                         "time at which the rate of the entropy of the class is largest while more "
                         "than a twentieth of log K is open",
                         "time", "information (33), (78); corrections E4.10", images);
  list.add_with_interval("class_information_rate_peak_time", {},
                         "time at which dI/dlog gamma of the class is largest", "time",
                         "I-MMSE (Guo et al. 2005); corrections E4.10", images);
  list.add_with_interval("class_entropy_variance_peak_time", {}, "time at which V_Z is largest",
                         "time", "information (83)", images);
  list.add_with_interval("own_class_probability", {"step"},
                         "mean probability that this posterior gives to the class an image has",
                         "1", "syncgap", images);
  list.add_with_interval(
      "loss_class_entropy_rate", {"step"},
      "rate of the entropy of the class by the loss alone: what being told it takes off the "
      "squared error, over 1 - abar; what telling none costs beyond that counts as well",
      "nat/time", "I-MMSE (Guo et al. 2005); information (33), (78)", images);
  list.add_with_interval("loss_class_entropy", {"step"},
                         "its integral, entropy of the class given x_t from log K at the noisy end",
                         "nat", "I-MMSE (Guo et al. 2005); information (78)", images);
  list.add_with_interval("loss_class_entropy_rate_peak_time", {},
                         "time at which that rate is largest, up to where log K is used up", "time",
                         "I-MMSE (Guo et al. 2005)", images);
  list.add_with_interval("class_information_total", {},
                         "information on the class that the denoising loss has from the noise to "
                         "the image: log K for a network without error",
                         "nat", "I-MMSE (Guo et al. 2005)", images);
  list.add_with_interval("own_information_total", {},
                         "integral of own_information_rate; as much as the entropy of the class "
                         "falls where images follow the network's own law",
                         "nat", "syncgap", images);
  list.add("class_entropy_prior", {}, "log K, the entropy of the class of the images measured",
           "nat", "syncgap");
  list.add_with_interval("entropy_rate", {"step"},
                         "rate of the entropy of the image given x_t; what the network's own error "
                         "adds makes it an upper bound",
                         "nat/time", "information (34), corrections E4.3 and E4.4", images);
  list.add_with_interval("loss_entropy", {"step"},
                         "its integral: entropy of the image given x_t, above that given the first "
                         "step of the axis",
                         "nat", "information (34), corrections E4.3 and E4.4", images);
  list.add_with_interval("image_information", {"step"},
                         "information on the image in x_t beyond that of the noisiest step: the "
                         "same integral, from there",
                         "nat", "I-MMSE (Guo et al. 2005); information (33)", images);
  list.add("loss_image_count", {}, "images on which the loss was measured", "1", "syncgap");
}

void describe_clones_of_network(ObservableList& list) {
  const std::string trunks = "bootstrap interval over trajectories";
  list.add("branch_time", {"branch_step"},
           "time of an Ornstein-Uhlenbeck process where clones leave", "time", "regimes (58)-(59)");
  list.add_with_interval(
      "conditional_entropy", {"branch_step"},
      "entropy of the image given x_t under the network's own law, above that given the last step: "
      "squared errors of the clean image between x_t and the ends of clones; a path of a hundred "
      "steps, whose ends spread too little, makes it 1 to 4% too small at the noise, 7 to 9% at "
      "t = 0.05 (normal pixels)",
      "nat", "information (33), (65); I-MMSE", trunks);
  list.add_with_interval(
      "clone_information", {"branch_step"},
      "how far it has fallen since the first branch step, by clones that left "
      "there alone: 2 to 15% too small for the same reason, late less than early",
      "nat", "information (33); I-MMSE", trunks);
  list.add_with_interval(
      "entropy_variance", {"branch_step"},
      "variance of that entropy as a function of x_t, V_h, of the network's own law: between "
      "trajectories, less what is left of that among clones, without bias, so it may "
      "fall below 0; images of a continuous law differ in their detail, which counts as well",
      "nat^2", "information (66); one-way analysis of variance", trunks);
  list.add("clone_entropy_variance", {"branch_step"},
           "mean variance of that entropy among the clones of a trajectory", "nat^2", "syncgap");
  list.add_with_interval("entropy_variance_peak_time", {}, "time at which V_h is largest", "time",
                         "information (66)", trunks);
  list.add_with_interval("clone_agreement", {"branch_step"},
                         "share of pairs of clones of a trajectory that end in one class", "1",
                         "regimes figure 4, phi; multimodal (104)", trunks);
  list.add_with_interval("independent_agreement", {},
                         "probability that two independent samples are of one class", "1",
                         "multimodal (105)", trunks);
  list.add_with_interval("clone_excess", {"branch_step"},
                         "agreement of clones in excess of independent samples", "1",
                         "multimodal (105)", trunks);
  list.add_with_interval("clone_speciation_time", {},
                         "time at which clone_excess crosses 2 speciation_level - 1", "time",
                         "regimes figure 4; multimodal (106)", trunks);
  list.add("trunk_count", {}, "trajectories", "1", "syncgap");
}

}  // namespace

std::vector<Axis> network_decisions_axes(const NetworkDecisionsOptions& options) {
  constexpr auto captured = AxisRole::captured;
  const ReplicaOptions& replicas = options.replicas;
  const auto branches = branch_steps(replicas.steps);
  std::vector<Axis> axes = {
      {"seed", AxisRole::split, std::vector<std::int64_t>{1},
       "start weights and images' order of a model, noise of images and trajectories"},
      {"step", captured, options.loss_steps(kLossSteps),
       "steps t of the schedule at which the denoising loss is measured"},
      {"told", captured, std::vector<std::string>{"none", "own"},
       "what the network is told of an image's class", "1", kToldOfImage.words()},
      {"branch_step", captured, branches, "steps that a trajectory has taken where clones leave it",
       "step"},
      {"label", captured, first_integers(replicas.told_classes()),
       "place of a class in the list experiment.classes"},
      {"shown", captured, some_of(branches), "branch_step at which images of clones are kept",
       "step"},
      {"sample", captured, first_integers(std::min(kShownTrunks, options.trunks)),
       "trajectories of whose clones images are kept"},
      {"clone", captured, first_integers(std::min(kShownClones, options.clones)),
       "clones of each of these"},
  };
  for (const Axis& axis : replica_network_axes(replicas)) axes.push_back(axis);
  for (const Axis& axis : shown_image_axes(options.judge, replicas)) axes.push_back(axis);
  settle(axes, {"told", "label"});
  return axes;
}

std::vector<Observable> network_decisions_observables(const NetworkDecisionsOptions&) {
  ObservableList list;
  const std::string wilson = "Wilson interval";
  describe_loss(list);
  describe_clones_of_network(list);
  list.add_with_interval("class_share", {"label"},
                         "share of each class among the clones that left at the first branch step",
                         "1", "syncgap", wilson);
  list.add_with_interval("classifier_accuracy", {},
                         "share of real test images the classifier names rightly", "1", "syncgap",
                         wilson);
  list.add("reliable", {},
           "1 where the network uses its context, the classifier has its least accuracy and no "
           "class outweighs the others among the samples; otherwise 0",
           "1", "syncgap");
  list.add("sample_pixels", {"shown", "sample", "clone", "channel", "row", "column"},
           "image of a clone, black 0 and white 1", "1", "syncgap");
  describe_replica_network(list);
  return list.take();
}

}  // namespace syncgap::experiments
