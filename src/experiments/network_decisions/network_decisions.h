#pragma once

#include <memory>

#include "experiments/experiment.h"

namespace syncgap::experiments {

/// When a diffusion transformer decides, by three clocks that share the network alone: what it
/// predicts on images, told each class and none; entropies along its own trajectories; and clones
/// of these. The network is that of replica_speciation.
std::unique_ptr<Experiment> make_network_decisions();

}  // namespace syncgap::experiments
