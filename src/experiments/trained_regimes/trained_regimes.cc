#include "experiments/trained_regimes/trained_regimes.h"

#include <memory>

#include "experiments/trained.h"
#include "experiments/trained_regimes/declaration.h"
#include "experiments/trained_regimes/plan.h"

namespace syncgap::experiments {

std::unique_ptr<Experiment> make_trained_regimes() {
  return declare<TrainedRegimesOptions>({
      .name = "trained_regimes",
      .summary = "speciation and collapse of trained denoisers on real images beside their exact "
                 "empirical score (regimes, figures 4, 5 and 11)",
      .axes = trained_regimes_axes,
      .observables = trained_regimes_observables,
      .plan =
          [](const TrainedRegimesOptions& options, const Grid& grid) {
            const auto plan = std::make_shared<const TrainedRegimesPlan>(options, grid);
            return Plan{[plan](const Unit& unit) { return plan->cost(unit); }, plan->memory()};
          },
      .prepare = prepare_trained<&TrainedExperiments::trained_regimes>,
      .teams = Teams::any,
  });
}

}  // namespace syncgap::experiments
