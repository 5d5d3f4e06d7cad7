#pragma once

#include <cstdint>
#include <functional>
#include <torch/types.h>
#include <vector>

#include "diffusion/conditions.torch.h"
#include "diffusion/noise_schedule.h"
#include "diffusion/sampling_path.h"
#include "experiments/network_decisions/clone_clock.h"
#include "parallel/dealt.h"
#include "parallel/team.h"

// Shapes: M trunks, R clones of each at each of N branch steps; B clones of a batch.
namespace syncgap::experiments {

/// Trajectories of a network, and which clones leave them.
struct CloneProtocol {
  const diffusion::NoiseSchedule* schedule = nullptr;
  std::vector<std::int64_t> visited;   ///< steps of a trajectory, descending; (S)
  std::vector<std::int64_t> branches;  ///< steps taken where clones leave, ascending, below S; (N)
  std::int64_t trunks = 0, clones = 0, classes = 0;
  std::int64_t trunks_together = 4;  ///< whose clones are one batch
  std::vector<std::int64_t> shape;   ///< of a state, (C, H, W)
  std::uint64_t sweep_seed = 0;
  std::int64_t seed = 0;
  /// Of which images are kept: numbers of branch steps, of trunks and of clones.
  std::vector<std::int64_t> shown, kept_trunks, kept_clones;
};

/// What a judge sees in clean states (B, C, H, W): labels (B) int64, and images (B, c, h, w) as
/// they are shown, black -1 and white 1.
struct SeenClones {
  torch::Tensor labels, images;
};
using JudgeClones = std::function<SeenClones(const torch::Tensor& states)>;

struct DrawnClones {
  CloneEnds ends;
  torch::Tensor kept;  ///< black 0 and white 1, (shown, kept trunks, kept clones, c, h, w)
};

/// Lets clones leave stochastic trajectories, DDIM with eta = 1, that are told no class, and
/// follows each to its end under noise of its own. A clone's noise is a function of (seed, branch
/// step, clone, trunk, step): of no other number, group or rank. Its entropy is that along a path
/// of the forward process between the state it left and its end. What few steps leave out of the
/// spread of ends makes it low: by 7% half way and 3% late of the information on a Gaussian, in a
/// hundred steps. Groups are dealt to the ranks of
/// the team, and all of them know the whole. Collective.
DrawnClones draw_clones(const CloneProtocol& protocol, const diffusion::Denoiser& denoiser,
                        const JudgeClones& judge, torch::Device device, const parallel::Team& team);

}  // namespace syncgap::experiments
