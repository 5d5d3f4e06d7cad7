#pragma once

#include <memory>

#include "experiments/experiment.h"

namespace syncgap::experiments {

/// Protocol II of dit sec. 3.2: replicas of a diffusion transformer are coupled all along, and the
/// difference of their hidden states is followed through layers and steps, mode by mode.
std::unique_ptr<Experiment> make_layer_energies();

}  // namespace syncgap::experiments
