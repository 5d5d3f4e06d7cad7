#pragma once

#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "experiments/synchronization_gap/options.h"

namespace syncgap::experiments {

std::vector<Axis> synchronization_gap_axes(const SynchronizationGapOptions& options);
std::vector<Observable> synchronization_gap_observables(const SynchronizationGapOptions& options);

}  // namespace syncgap::experiments
