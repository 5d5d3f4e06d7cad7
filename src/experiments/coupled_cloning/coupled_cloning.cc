#include "experiments/coupled_cloning/coupled_cloning.h"

#include "experiments/coupled_cloning/declaration.h"
#include "experiments/coupled_cloning/plan.h"
#include "experiments/trained.h"

namespace syncgap::experiments {

std::unique_ptr<Experiment> make_coupled_cloning() {
  return declare<CoupledCloningOptions>({
      .name = "coupled_cloning",
      .summary = "trained denoisers of coupled image pairs, cloned: speciation times of common and "
                 "difference mode (multimodal, section 5.2, figures 10-11)",
      .axes = coupled_cloning_axes,
      .observables = coupled_cloning_observables,
      .plan = coupled_cloning_plan,
      .prepare = prepare_trained<&TrainedExperiments::coupled_cloning>,
      .teams = Teams::any,
  });
}

}  // namespace syncgap::experiments
