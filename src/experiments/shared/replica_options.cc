#include "experiments/shared/replica_options.h"

namespace syncgap::experiments {

void ReplicaOptions::describe(OptionTable& table) {
  table
      .add("start_spread", start_spread, "sigma",
           "how far the replicas of a pair start apart, (67): their correlation is "
           "(1 - sigma^2) / (1 + sigma^2)")
      .at_least(0);
  table.add("pairs", pairs, "M", "pairs of replicas").at_least(4).at_most(100000);
  describe_network(table);
}

void ReplicaOptions::describe_schedules(OptionTable& table) {
  coupling.describe_schedule(table, "trajectory");
  table.add("g_budget", budget, kCouplingBudgets, "",
            "what g is under a schedule of axis g_schedule: kept: the mean over the steps, so that "
            "every schedule has the same integrated coupling; free: what g(t)/g multiplies, 1 "
            "within a window of steps");
}

void ReplicaOptions::describe_network(OptionTable& table) {
  source.describe(table);
  table.add("classes", classes, "", "labels of the images that are used").at_least(0);
  table.add("images", images, "n", "images to train on, the same number of each class; 0: all")
      .at_least(0);
  table
      .add("side", side, "",
           "height and width of the states: of images, or of a published network's latents (32 for "
           "images of 256 pixels, 64 for 512)")
      .at_least(4)
      .unit("pixel");
  table.add(
      "published", published, "",
      "a published size, S/8 to XL/2, whose weights are given: its states are latents and its "
      "classes ImageNet's; empty: a network of the sizes below on the images themselves");
  table.add("horizon", horizon, "T", "steps of the diffusion the network is trained on")
      .at_least(2)
      .at_most(100000);
  table.add("beta_first", beta_first, "beta_0", "noise variance of the first step")
      .above(0)
      .below(1);
  table.add("beta_last", beta_last, "beta_{T-1}", "noise variance of the last step")
      .above(0)
      .below(1);
  table.add("steps", steps, "S", "steps of a reverse trajectory").at_least(2).at_most(100000);
  table.add(
      "step_grid", step_grid, diffusion::kStepGrids, "",
      "which of the T steps these are: even, with both ends among them ('100' of the original "
      "code), or strided, every (T / S)-th from 0 on ('ddim100')");
  guidance.describe(table);
  table
      .add("group", group, "",
           "pairs, or single images, that are evaluated as one batch; part of what decides the "
           "bits, and of the memory")
      .at_least(1)
      .at_most(4096);
  table
      .add("context_samples", context_samples, "",
           "images on which it is measured whether the network uses its context; 0: not measured")
      .at_least(0);
  table
      .add("least_context_rise", least_context_rise, "",
           "rise of the denoising error by another sample's context, at its largest over the "
           "steps, below which coupling cannot be expected to act")
      .at_least(0);
  table.add("threads", threads, "", "processors a rank computes on; part of what decides the bits")
      .at_least(1)
      .at_most(1024);
  transformer.describe(table);
}

std::int64_t ReplicaOptions::told_classes() const {
  constexpr std::int64_t kImageNet = 1000;
  return is_published() ? kImageNet : std::ssize(classes);
}

networks::DiTShape ReplicaOptions::shape(std::int64_t image_channels) const {
  if (!is_published()) return transformer.shape(image_channels, side, told_classes());
  auto shape = networks::DiTShape::published(published, side);
  shape.step_embedding = transformer.dit.step_embedding;
  shape.perceptron_norm = transformer.dit.perceptron_norm;
  return shape;
}

diffusion::NoiseSchedule ReplicaOptions::schedule() const {
  return diffusion::NoiseSchedule::linear(horizon, beta_first, beta_last);
}

std::vector<std::int64_t> ReplicaOptions::visited() const {
  return diffusion::step_grid(step_grid, horizon, steps);
}

}  // namespace syncgap::experiments
