#include "experiments/difference_patching/difference_patching.h"

#include "experiments/difference_patching/declaration.h"
#include "experiments/difference_patching/plan.h"
#include "experiments/trained.h"

namespace syncgap::experiments {

std::unique_ptr<Experiment> make_difference_patching() {
  return declare<DifferencePatchingOptions>({
      .name = "difference_patching",
      .summary = "a part of the difference of replicas is copied or removed at one step and layer "
                 "of a diffusion transformer: what it changes in the images (dit, causal test)",
      .axes = difference_patching_axes,
      .observables = difference_patching_observables,
      .plan = plan_as<DifferencePatchingPlan, DifferencePatchingOptions>,
      .prepare = prepare_trained<&TrainedExperiments::difference_patching>,
      .teams = Teams::any,
  });
}

}  // namespace syncgap::experiments
