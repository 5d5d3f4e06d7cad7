#include "experiments/network_decisions/plan.h"

#include <algorithm>

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/shared/axis_values.h"
#include "experiments/shared/judge_plan.h"

namespace syncgap::experiments {

NetworkDecisionsPlan::NetworkDecisionsPlan(const NetworkDecisionsOptions& options, const Grid& grid)
    : options_(options),
      network_(options.replicas),
      steps_(axis_values<std::int64_t>(grid, "step")),
      branches_(axis_values<std::int64_t>(grid, "branch_step")),
      shown_(axis_values<std::int64_t>(grid, "shown")),
      samples_(kept_samples(grid, "trunks", options.trunks)),
      clones_(axis_values<std::int64_t>(grid, "clone")) {
  const ReplicaOptions& replicas = options.replicas;
  check_judge(options.judge, replicas);
  require_input(!replicas.is_published(),
                "the denoising loss needs the images a network has learned, which a published one "
                "comes without (experiment.published = \"",
                replicas.published, "\"): leave it out, and give experiment.data_path");
  require_input(options.judge.trains_classifier(),
                "ResNet-50 names classes of ImageNet, not of these images "
                "(experiment.encoder_weights = \"",
                options.judge.encoder_weights,
                "\"): leave it out, and a classifier of these classes is trained");
  require_input(replicas.told_classes() >= 2,
                "there is nothing to decide between fewer than two classes (experiment.classes, ",
                replicas.told_classes(), " values): give more");
  require_input(replicas.guidance.scale == 1,
                "trajectories are told no class, and guidance leads towards one "
                "(experiment.guidance = ",
                replicas.guidance.scale, "): set it to 1");
  require_input(replicas.transformer.label_dropout > 0 || !replicas.transformer.weights.empty(),
                "a network that was always told a class has not learned to do without "
                "(experiment.label_dropout = 0): raise it");
  require_input(options.balanced_images() >= 2 * replicas.told_classes(),
                "an interval takes two images of each class (experiment.loss_images = ",
                options.loss_images, ", ", replicas.told_classes(), " classes): raise it");
  check_axes(grid);
}

void NetworkDecisionsPlan::check_axes(const Grid& grid) const {
  const ReplicaOptions& replicas = options_.replicas;
  constexpr std::int64_t kLeastPoints = 3;  // of a curve that may have a maximum
  require_increasing(grid, "step", kLeastPoints);
  require_input(steps_.front() >= 0 && steps_.back() < replicas.horizon,
                "there is no such step (axes.step, saw ", steps_.front(), " to ", steps_.back(),
                "): give steps from 0 to ", replicas.horizon - 1, ", or leave the axis out");
  require_increasing(grid, "branch_step", kLeastPoints);
  require_input(branches_.front() == 0 && branches_.back() < replicas.steps,
                "clones leave from the noise, where they are independent, up to before the last "
                "step (axes.branch_step, saw ",
                branches_.front(), " to ", branches_.back(), ", a trajectory has ", replicas.steps,
                " steps): begin with 0, and end below that");
  for (const std::int64_t n : shown_)
    require_input(std::binary_search(branches_.begin(), branches_.end(), n),
                  "images can be kept where clones leave (axes.shown, saw ", n,
                  "): give values of axes.branch_step, which has no such one");
  for (const std::int64_t clone : clones_)
    require_input(clone >= 0 && clone < options_.clones,
                  "there is no such clone to keep (axes.clone, saw ", clone,
                  "): give numbers below ", options_.clones, ", or more experiment.clones");
}

double NetworkDecisionsPlan::operations(const Unit& unit) const {
  const double trunks = to_real(options_.trunks), clones = trunks * to_real(options_.clones);
  double left = 0;
  for (const std::int64_t n : branches_) left += to_real(options_.replicas.steps - n);
  const double evaluations = to_real((options_.replicas.told_classes() + 1) *
                                     options_.balanced_images() * std::ssize(steps_)) +
                             trunks * to_real(options_.replicas.steps) +
                             2 * clones * left;  // to their ends, and between these and x_t
  return network_.training_operations(unit) + network_.context_operations() +
         evaluations * network_.shape().operations() +
         judge_operations(options_.judge, options_.replicas,
                          clones * to_real(std::ssize(branches_)));
}

double NetworkDecisionsPlan::memory() const {
  // States of the trunks where clones leave, and a batch of clones: ends, states, predictions.
  const double image = network_.state_bytes() / 2;
  const std::int64_t together = options_.trunks_together() * options_.clones;
  return network_.memory() + judge_memory(options_.judge, options_.replicas) +
         image * to_real(options_.trunks * std::ssize(branches_) + 4 * together +
                         options_.balanced_images());
}

}  // namespace syncgap::experiments
