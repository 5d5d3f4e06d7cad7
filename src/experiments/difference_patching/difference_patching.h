#pragma once

#include <memory>

#include "experiments/experiment.h"

namespace syncgap::experiments {

/// Where in steps, layers and frequencies the difference of replicas matters for what they become:
/// a part of it is copied or removed at one place, and the ends are compared.
std::unique_ptr<Experiment> make_difference_patching();

}  // namespace syncgap::experiments
