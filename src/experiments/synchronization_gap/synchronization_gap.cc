#include "experiments/synchronization_gap/synchronization_gap.h"

#include "experiments/synchronization_gap/declaration.h"
#include "experiments/synchronization_gap/plan.h"
#include "experiments/trained.h"

namespace syncgap::experiments {

std::unique_ptr<Experiment> make_synchronization_gap() {
  return declare<SynchronizationGapOptions>({
      .name = "synchronization_gap",
      .summary =
          "trained denoisers of coupled image pairs: when common and difference modes settle "
          "(multimodal, section 5.1, table 1, figures 6-9)",
      .axes = synchronization_gap_axes,
      .observables = synchronization_gap_observables,
      .plan = synchronization_gap_plan,
      .prepare = prepare_trained<&TrainedExperiments::synchronization_gap>,
      .teams = Teams::any,
  });
}

}  // namespace syncgap::experiments
