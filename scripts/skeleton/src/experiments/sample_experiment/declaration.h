#pragma once

#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "experiments/sample_experiment/options.h"

namespace syncgap::experiments {

std::vector<Axis> sample_experiment_axes(const SampleExperimentOptions& options);
std::vector<Observable> sample_experiment_observables(const SampleExperimentOptions& options);

}  // namespace syncgap::experiments
