#pragma once

#include <memory>

#include "experiments/experiment.h"

namespace syncgap::experiments {

/// When a diffusion transformer decides, by three clocks that share the network alone: its
/// denoising loss with and without the class, the variance of entropies along its own trajectories,
/// and clones of these. The network is that of replica_speciation.
std::unique_ptr<Experiment> make_network_decisions();

}  // namespace syncgap::experiments
