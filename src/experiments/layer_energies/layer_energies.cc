#include "experiments/layer_energies/layer_energies.h"

#include "experiments/layer_energies/declaration.h"
#include "experiments/layer_energies/plan.h"
#include "experiments/trained.h"

namespace syncgap::experiments {

std::unique_ptr<Experiment> make_layer_energies() {
  return declare<LayerEnergiesOptions>({
      .name = "layer_energies",
      .summary = "replicas of a diffusion transformer, coupled all along: energies of their hidden "
                 "states' differences by layer and step (dit, protocol II, figures 1, 9, 10)",
      .axes = layer_energies_axes,
      .observables = layer_energies_observables,
      .plan = plan_as<LayerEnergiesPlan, LayerEnergiesOptions>,
      .prepare = prepare_trained<&TrainedExperiments::layer_energies>,
      .teams = Teams::any,
  });
}

}  // namespace syncgap::experiments
