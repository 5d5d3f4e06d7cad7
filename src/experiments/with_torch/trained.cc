#include "experiments/trained.h"

#include "experiments/with_torch/coupled_cloning.h"
#include "experiments/with_torch/synchronization_gap.h"

namespace syncgap::experiments {

std::vector<ExperimentEntry> trained_experiments() {
  return {{"coupled_cloning", make_coupled_cloning},
          {"synchronization_gap", make_synchronization_gap}};
}

}  // namespace syncgap::experiments
