#pragma once

#include <memory>

#include "experiments/experiment.h"

namespace syncgap::experiments {

/// The three dynamical regimes of real images under their exact empirical score (regimes figures 1,
/// 4 and 5 and the table, without training): speciation, collapse, and what trajectories look like.
std::unique_ptr<Experiment> make_dataset_regimes();

}  // namespace syncgap::experiments
