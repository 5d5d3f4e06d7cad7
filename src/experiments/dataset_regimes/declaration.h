#pragma once

#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "experiments/dataset_regimes/options.h"

namespace syncgap::experiments {

/// Axes and observables of the parts that are measured.
std::vector<Axis> dataset_regimes_axes(const DatasetRegimesOptions& options);
std::vector<Observable> dataset_regimes_observables(const DatasetRegimesOptions& options);

}  // namespace syncgap::experiments
