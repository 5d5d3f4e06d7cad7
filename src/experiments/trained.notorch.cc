#include "experiments/trained.h"

namespace syncgap::experiments {

std::vector<ExperimentEntry> trained_experiments() { return {}; }

}  // namespace syncgap::experiments
