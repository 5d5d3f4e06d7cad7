#pragma once

#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "experiments/mixture_collapse/options.h"

namespace syncgap::experiments {

std::vector<Axis> mixture_collapse_axes(const MixtureCollapseOptions& options);
std::vector<Observable> mixture_collapse_observables(const MixtureCollapseOptions& options);

}  // namespace syncgap::experiments
