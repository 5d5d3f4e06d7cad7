#include "experiments/network_decisions/network_decisions.h"

#include "experiments/network_decisions/declaration.h"
#include "experiments/network_decisions/plan.h"
#include "experiments/trained.h"

namespace syncgap::experiments {

std::unique_ptr<Experiment> make_network_decisions() {
  return declare<NetworkDecisionsOptions>({
      .name = "network_decisions",
      .summary =
          "when the diffusion transformer of replicas decides, by itself: entropies of class and "
          "image with their rates and variances, clones of its trajectories (information "
          "(33), (65)-(66), (83); regimes figure 4)",
      .axes = network_decisions_axes,
      .observables = network_decisions_observables,
      .plan = plan_as<NetworkDecisionsPlan, NetworkDecisionsOptions>,
      .prepare = prepare_trained<&TrainedExperiments::network_decisions>,
      .teams = Teams::any,
  });
}

}  // namespace syncgap::experiments
