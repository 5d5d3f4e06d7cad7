#pragma once

#include <memory>

#include "experiments/experiment.h"

namespace syncgap::experiments {

/// Collapse of the exact empirical score of two Gaussian clusters onto its data points: excess
/// entropy, weight of the true point, random-energy closed forms. Figure 3 of "regimes", its
/// appendices C and D.1.
std::unique_ptr<Experiment> make_mixture_collapse();

}  // namespace syncgap::experiments
