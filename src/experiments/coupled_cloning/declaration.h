#pragma once

#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "experiments/coupled_cloning/options.h"

namespace syncgap::experiments {

std::vector<Axis> coupled_cloning_axes(const CoupledCloningOptions& options);
std::vector<Observable> coupled_cloning_observables(const CoupledCloningOptions& options);

}  // namespace syncgap::experiments
