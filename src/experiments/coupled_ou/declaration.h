#pragma once

#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "experiments/coupled_ou/options.h"

namespace syncgap::experiments {

/// Axes and observables of the chosen relaxation matrix and the quantities asked for.
std::vector<Axis> coupled_ou_axes(const CoupledOuOptions& options);
std::vector<Observable> coupled_ou_observables(const CoupledOuOptions& options);

}  // namespace syncgap::experiments
