#pragma once

#include <cstdint>
#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "core/options.h"
#include "experiments/shared/named_mixtures.h"

namespace syncgap::experiments {

struct InformationDynamicsOptions {
  std::int64_t trials = 20000;
  std::int64_t spectrum_trials = 1000;
  MixtureOptions mixture;

  /// The table binds this object's members: keep it in place while the table is used.
  OptionTable table();
};

std::vector<Axis> information_dynamics_axes();
std::vector<Observable> information_dynamics_observables();

}  // namespace syncgap::experiments
