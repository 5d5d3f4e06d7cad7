#pragma once

#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "experiments/mixture_cloning/options.h"

namespace syncgap::experiments {

std::vector<Axis> mixture_cloning_axes(const MixtureCloningOptions& options);
std::vector<Observable> mixture_cloning_observables(const MixtureCloningOptions& options);

}  // namespace syncgap::experiments
