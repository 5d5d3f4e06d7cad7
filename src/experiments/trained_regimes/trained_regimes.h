#pragma once

#include <memory>

#include "experiments/experiment.h"

namespace syncgap::experiments {

/// The three regimes of a trained network, regimes app. D: a denoiser is trained on n images of two
/// classes, its trajectories are cloned on the way, and classes and nearest images of the ends tell
/// speciation and collapse, beside what the exact empirical score of the same images gives.
std::unique_ptr<Experiment> make_trained_regimes();

}  // namespace syncgap::experiments
