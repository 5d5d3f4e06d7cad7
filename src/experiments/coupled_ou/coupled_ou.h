#pragma once

#include <memory>

#include "experiments/experiment.h"

namespace syncgap::experiments {

/// Speciation and collapse of coupled Ornstein-Uhlenbeck processes in closed form: figures 1-5 of
/// the multimodal paper, coupling schedules, and graphs of many modalities.
std::unique_ptr<Experiment> make_coupled_ou();

}  // namespace syncgap::experiments
