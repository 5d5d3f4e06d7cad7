#pragma once

#include <memory>

#include "experiments/experiment.h"

namespace syncgap::experiments {

/// What noise hides of a data distribution and when: conditional entropy and its rate by three
/// identities, paths of modes and their branchings, spectra of the score's Jacobian (information,
/// sections 4 to 6, figure 1).
std::unique_ptr<Experiment> make_information_dynamics();

}  // namespace syncgap::experiments
