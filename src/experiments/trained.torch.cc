#include "experiments/trained.h"

#include "experiments/coupled_cloning/coupled_cloning.h"
#include "experiments/synchronization_gap/synchronization_gap.h"
#include "experiments/trained_regimes/trained_regimes.h"

namespace syncgap::experiments {

std::vector<ExperimentEntry> trained_experiments() {
  return {{"coupled_cloning", make_coupled_cloning},
          {"synchronization_gap", make_synchronization_gap},
          {"trained_regimes", make_trained_regimes}};
}

}  // namespace syncgap::experiments
