#include "experiments/network_decisions/options.h"

#include <algorithm>

#include "core/numbers.h"
#include "experiments/network_decisions/noise_levels.h"

namespace syncgap::experiments {

NetworkDecisionsOptions::NetworkDecisionsOptions() { judge.classifier.network.width = 16; }

OptionTable NetworkDecisionsOptions::table() {
  OptionTable table;
  replicas.describe_network(table);
  judge.describe_judge(table);
  table
      .add("loss_images", loss_images, "n",
           "images on which the denoising loss is measured, the same number of each class")
      .at_least(2)
      .at_most(10000000);
  table.add("held_out", held_out, "",
            "measure the loss on the other part of the data set, which was not trained on; "
            "otherwise on the images of training");
  table.add("trunks", trunks, "M", "stochastic trajectories from which clones leave")
      .at_least(8)
      .at_most(1000000);
  table.add("clones", clones, "R", "clones that leave a trajectory at each branch step")
      .at_least(2)
      .at_most(1024);
  table
      .add("speciation_level", speciation_level, "phi",
           "agreement at which clones of two equally probable classes part; of other classes the "
           "same excess over independent samples, 2 phi - 1")
      .above(0.5)
      .below(1);
  table
      .add("resamples", resamples, "",
           "bootstrap samples of images, and of trajectories, behind each interval")
      .at_least(10);
  table
      .add(
          "most_share", most_share, "",
          "share of one class among the samples above which the network makes little else; 0: half "
          "way from an even share to all")
      .at_least(0)
      .at_most(1);
  return table;
}

std::int64_t NetworkDecisionsOptions::balanced_images() const {
  return loss_images - loss_images % replicas.told_classes();
}

std::int64_t NetworkDecisionsOptions::trunks_together() const {
  return std::max<std::int64_t>(1, replicas.group / clones);
}

std::vector<std::int64_t> NetworkDecisionsOptions::loss_steps(std::int64_t count) const {
  const auto schedule = replicas.schedule();
  // Less noise, of a seventh of the distance from grey to white, hides no class; and there rates
  // by time, which are over 1 - abar, make much of what a network gets wrong.
  constexpr double kMostSignal = 4;
  const std::int64_t last = schedule.steps() - 1;
  std::int64_t least = 0;
  while (least < last && log_signal_to_noise(schedule, least) > kMostSignal) ++least;
  if (least > last / 2) least = 0;  // a schedule that adds little noise
  const double first = log_signal_to_noise(schedule, least),
               end = log_signal_to_noise(schedule, last);
  std::vector<std::int64_t> steps{least};
  for (std::int64_t k = 1; k + 1 < count; ++k) {
    const double wanted = first + (end - first) * to_real(k) / to_real(count - 1);
    std::int64_t step = steps.back();
    while (step < last && log_signal_to_noise(schedule, step) > wanted) ++step;
    if (step > steps.back()) steps.push_back(step);
  }
  if (last > steps.back()) steps.push_back(last);
  return steps;
}

}  // namespace syncgap::experiments
