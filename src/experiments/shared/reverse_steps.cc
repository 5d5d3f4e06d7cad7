#include "experiments/shared/reverse_steps.h"

#include "core/check.h"

namespace syncgap::experiments {

void ReverseStepOptions::describe_reverse_steps(OptionTable& table) {
  table.add("variance", variance, kReverseVariances, "",
            "of a reverse step: posterior, the forward process's times eta^2; or learned, the "
            "network's own, which differs in the last few steps");
  table.add("eta", eta, "eta", "noise of a reverse step: 0 none, 1 that of DDPM")
      .at_least(0)
      .at_most(1);
}

void ReverseStepOptions::check_reverse_steps(const ReplicaPlan& plan) const {
  require_input(variance == ReverseVariance::posterior || plan.shape().learned_variance,
                "the network has learned no variance (experiment.variance = \"learned\"): set it "
                "to posterior, or take a network that has (experiment.published)");
}

diffusion::SamplingPath ReverseStepOptions::path(const ReplicaPlan& plan) const {
  using diffusion::SamplingPath;
  return variance == ReverseVariance::learned
             ? SamplingPath::learned(plan.schedule(), plan.visited())
             : SamplingPath::ddim(plan.schedule(), eta, plan.visited());
}

}  // namespace syncgap::experiments
