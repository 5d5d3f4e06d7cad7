#pragma once

#include <memory>

#include "experiments/experiment.h"

namespace syncgap::experiments {

/// Cloned reverse trajectories of two Gaussian clusters: when the class is decided. Figure 2 of
/// "regimes", its appendices B and D.1.
std::unique_ptr<Experiment> make_mixture_cloning();

}  // namespace syncgap::experiments
