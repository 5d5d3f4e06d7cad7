#pragma once

#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "experiments/difference_patching/options.h"

namespace syncgap::experiments {

std::vector<Axis> difference_patching_axes(const DifferencePatchingOptions& options);
std::vector<Observable> difference_patching_observables(const DifferencePatchingOptions& options);

}  // namespace syncgap::experiments
