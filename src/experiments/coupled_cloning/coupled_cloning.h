#pragma once

#include <memory>

#include "experiments/experiment.h"

namespace syncgap::experiments {

/// Protocol II of multimodal sec. 5.2: stochastic trajectories of a denoiser of coupled pairs are
/// cloned, and classifiers of the common and the difference mode say from when on clones agree.
std::unique_ptr<Experiment> make_coupled_cloning();

}  // namespace syncgap::experiments
