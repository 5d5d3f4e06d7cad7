#pragma once

#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "experiments/information_dynamics/options.h"

namespace syncgap::experiments {

std::vector<Axis> information_dynamics_axes(const InformationDynamicsOptions& options);
std::vector<Observable> information_dynamics_observables(const InformationDynamicsOptions& options);

}  // namespace syncgap::experiments
