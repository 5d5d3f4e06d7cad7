#include "experiments/trained.h"

#include <torch/version.h>

namespace syncgap::experiments {

// What every folder of the table defines.
#define TRAINED_EXPERIMENT(name) std::unique_ptr<Experiment> make_##name();
#include "experiments/table.def"

std::vector<ExperimentEntry> trained_experiments() {
  return {
#define TRAINED_EXPERIMENT(name) {#name, make_##name},
#include "experiments/table.def"
  };
}

std::string training_library() { return "LibTorch " TORCH_VERSION; }

}  // namespace syncgap::experiments
