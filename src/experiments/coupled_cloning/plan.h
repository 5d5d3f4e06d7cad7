#pragma once

#include <cstdint>
#include <vector>

#include "core/grid.h"
#include "experiments/coupled_cloning/options.h"
#include "experiments/experiment.h"

namespace syncgap::experiments {

/// The captured axes, checked against options and horizons.
struct CloningAxes {
  std::vector<std::int64_t> branch_steps, samples_kept;

  /// Throws InputError.
  CloningAxes(const CoupledCloningOptions& options, const Grid& grid);
};

/// Throws InputError for options and axes that do not fit together.
Plan coupled_cloning_plan(const CoupledCloningOptions& options, const Grid& grid);

}  // namespace syncgap::experiments
