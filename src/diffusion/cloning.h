#pragma once

#include <cstdint>
#include <functional>
#include <torch/types.h>
#include <vector>

#include "diffusion/noise_schedule.h"
#include "diffusion/reverse.h"

namespace syncgap::diffusion {

/// When stochastic trajectories are cloned. A trunk runs from the last step of the schedule to z_0.
/// At each scan step s it leaves fresh clones of z_s behind, and is itself the first of the clones:
/// from z_s on all of them have independent noise.
struct CloningScan {
  std::vector<std::int64_t> steps;  ///< s, distinct, any order, within the schedule
  std::int64_t clones = 2;          ///< trajectories that share z_s, the trunk included

  /// Throws InputError for what a schedule of so many steps cannot be scanned with.
  void check(std::int64_t schedule_steps) const;
};

/// One of the paths that grow from a start.
struct ClonePath {
  static constexpr std::int64_t kTrunk = -1;
  std::int64_t scan_step = kTrunk;  ///< where it left the trunk
  std::int64_t clone = 0;           ///< 1, 2, ... among the fresh clones; 0 for the trunk
};
/// Unit noise of the process's covariance for a whole group at step t, (B, C, H, W).
using PathNoise = std::function<torch::Tensor(const ClonePath& path, std::int64_t t)>;
/// Sees the trunks z_t (B, C, H, W) and their predicted noise before the step t is taken.
using TrunkObserver = std::function<void(std::int64_t t, const torch::Tensor& states,
                                         const torch::Tensor& predicted_noise)>;

/// Clean states at the ends of all paths.
struct CloneEnds {
  torch::Tensor trunk;  ///< (B, C, H, W)
  std::vector<torch::Tensor>
      clones;  ///< of each scan step in the order given: (clones - 1, B, ...)
};

/// DDPM from `start` = z_{T-1} (B, C, H, W). All paths that are under way advance as one batch, and
/// a clone shares the network's answer at its scan step with the trunk. A path's bits depend on its
/// own noise and on the group, not on which other scan steps there are beyond what the network's
/// kernels make of a batch's size. multimodal sec. 5.2, regimes sec. 4
CloneEnds run_cloning(const NoiseSchedule& schedule, const Denoiser& denoiser,
                      const CloningScan& scan, const torch::Tensor& start, const PathNoise& noise,
                      const TrunkObserver& observe = {});

}  // namespace syncgap::diffusion
