#pragma once

#include <memory>

#include "experiments/experiment.h"

namespace syncgap::experiments {

/// Protocol I of dit sec. 3.1: pairs of replicas of a diffusion transformer see each other for a
/// number of steps and are let go; from when on their images agree anyway says when the network
/// decides, and the coarse and the fine scale of images do so at different times.
std::unique_ptr<Experiment> make_replica_speciation();

}  // namespace syncgap::experiments
