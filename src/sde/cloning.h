#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"
#include "theory/two_clusters.h"

namespace syncgap::sde {

/// When reverse trajectories are cloned and what is looked at on the way. A trajectory's trunk runs
/// once from the horizon to t = 0; at each branch it leaves behind clones that share its past.
struct CloningPlan {
  theory::ReverseTimes times;
  /// Steps at which clones branch off, not decreasing, each within [0, times.steps].
  std::vector<int> branch_steps;
  /// Trajectories that share a past at each branch: the trunk itself and clones - 1 fresh ones.
  std::size_t clones = 2;
  /// Steps at which the trunk is kept: [cluster pair][snapshot], negative for "never".
  std::vector<std::vector<int>> snapshot_steps;

  std::size_t paths() const { return 1 + branch_steps.size() * (clones - 1); }
  /// Clone `clone` (0 is the trunk) of branch `branch`, as an index into the paths of CloneBatch.
  std::size_t path(std::size_t branch, std::size_t clone) const {
    return clone == 0 ? 0 : branch * (clones - 1) + clone;
  }
  /// Paths under way at `step`: those up to this one.
  std::size_t open_paths(int step) const;
};

/// Projections p = m.x / |m| of a batch of cloned trajectories.
struct CloneBatch {
  std::size_t clusters = 0, paths = 0, snapshots = 0, trials = 0;
  std::vector<float> ends;   ///< (clusters, paths, trials), at t = 0
  std::vector<float> trunk;  ///< (clusters, snapshots, trials); NaN for "never"

  CloneBatch(const CloningPlan& plan, std::size_t cluster_count, std::size_t trial_count);
  /// End points of one path, (trials).
  std::span<const float> end(std::size_t cluster, std::size_t path) const;
  std::span<float> end(std::size_t cluster, std::size_t path);
  std::span<const float> snapshot(std::size_t cluster, std::size_t snapshot) const;
  std::span<float> snapshot(std::size_t cluster, std::size_t snapshot);
};

/// Reverse Euler-Maruyama with the exact score, regimes (55), reduced to the one dimension that
/// carries the classes: exact for isotropic clusters at any d, since steps and noise across m do
/// not enter. Every cluster pair sees the same noise, numbered by (trial, step, path); the start is
/// N(0, 1). Single precision: rounding moves p by 1e-6 of a noise step.
CloneBatch run_projected(std::span<const theory::TwoClusters> clusters, const CloningPlan& plan,
                         const RandomStream& noise, std::uint64_t first_trial, std::size_t trials);

/// The same in all d coordinates, with m = mu (1, ..., 1), in double precision: the slow obvious
/// oracle of run_projected. One cluster pair; the dimension is rounded to an integer.
CloneBatch run_full(const theory::TwoClusters& clusters, const CloningPlan& plan,
                    const RandomStream& noise, std::uint64_t first_trial, std::size_t trials);

}  // namespace syncgap::sde
