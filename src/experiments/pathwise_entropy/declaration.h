#pragma once

#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "experiments/pathwise_entropy/options.h"

namespace syncgap::experiments {

std::vector<Axis> pathwise_entropy_axes(const PathwiseEntropyOptions& options);
std::vector<Observable> pathwise_entropy_observables(const PathwiseEntropyOptions& options);

}  // namespace syncgap::experiments
