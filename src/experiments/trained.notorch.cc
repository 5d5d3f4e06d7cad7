#include "experiments/trained.h"

namespace syncgap::experiments {

std::vector<ExperimentEntry> trained_experiments() { return {}; }
std::string training_library() { return {}; }

}  // namespace syncgap::experiments
