#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/choices.h"
#include "core/grid.h"
#include "core/observable.h"
#include "experiments/replica_speciation/options.h"
#include "experiments/shared/agreements.h"

namespace syncgap::experiments {

std::vector<Axis> replica_speciation_axes(const ReplicaSpeciationOptions& options);
std::vector<Observable> replica_speciation_observables(const ReplicaSpeciationOptions& options);

}  // namespace syncgap::experiments
