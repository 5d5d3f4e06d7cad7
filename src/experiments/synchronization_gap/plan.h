#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/grid.h"
#include "experiments/experiment.h"
#include "experiments/synchronization_gap/options.h"

namespace syncgap::experiments {

/// Trajectories that run together with all their interventions: what a rank of a team has at least
/// to do, and part of what decides the bits.
inline constexpr std::int64_t kTogether = 4;

/// The captured axes, checked against options and horizon.
struct FollowAxes {
  std::vector<double> thresholds, scales;
  std::vector<std::int64_t> intervention_steps, image_steps, samples_kept;

  /// Throws InputError.
  FollowAxes(const SynchronizationGapOptions& options, std::int64_t longest, const Grid& grid);

  /// Interventions a schedule of so many steps has, by their places on the axes: step, scale.
  std::vector<std::pair<std::int64_t, std::int64_t>> places(std::int64_t horizon) const;
};

/// Throws InputError for options and axes that do not fit together.
Plan synchronization_gap_plan(const SynchronizationGapOptions& options, const Grid& grid);

}  // namespace syncgap::experiments
