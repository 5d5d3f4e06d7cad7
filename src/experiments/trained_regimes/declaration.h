#pragma once

#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "experiments/trained_regimes/options.h"

namespace syncgap::experiments {

std::vector<Axis> trained_regimes_axes(const TrainedRegimesOptions& options);
std::vector<Observable> trained_regimes_observables(const TrainedRegimesOptions& options);

}  // namespace syncgap::experiments
