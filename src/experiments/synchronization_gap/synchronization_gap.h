#pragma once

#include <memory>

#include "experiments/experiment.h"

namespace syncgap::experiments {

/// Protocol I of multimodal sec. 5: a denoiser of coupled pairs is trained, then followed along
/// deterministic trajectories: when the common mode, the difference mode and the channels settle.
std::unique_ptr<Experiment> make_synchronization_gap();

}  // namespace syncgap::experiments
