#pragma once

#include <memory>

#include "experiments/experiment.h"

namespace syncgap::experiments {

/// Conditional entropy along reverse-time trajectories and its variance over the ensemble
/// (information, section 7 and appendix A, figures 3 to 5).
std::unique_ptr<Experiment> make_pathwise_entropy();

}  // namespace syncgap::experiments
