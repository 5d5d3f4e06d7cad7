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
      .plan = plan_as<TrainedRegimesPlan, TrainedRegimesOptions>,
      .prepare = prepare_trained<&TrainedExperiments::trained_regimes>,
      .teams = Teams::any,
  });
}

}  // namespace syncgap::experiments
