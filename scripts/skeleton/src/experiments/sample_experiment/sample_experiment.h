#pragma once

#include <memory>

#include "experiments/experiment.h"

namespace syncgap::experiments {

/// Moments of a normal number, sampled beside their closed form. To be replaced by what the
/// experiment measures, and where it is printed.
std::unique_ptr<Experiment> make_sample_experiment();

}  // namespace syncgap::experiments
