#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <torch/types.h>
#include <vector>

#include "diffusion/conditions.torch.h"
#include "diffusion/sampling_path.h"

namespace syncgap::diffusion {

/// Names a path: the step at which it left the trunk and its number among those that left there.
/// Its noise is keyed by this, so that it does not depend on which other branches there are.
struct BranchKey {
  static constexpr std::int64_t kTrunk = -1;
  std::int64_t step = kTrunk;
  std::int64_t number = 0;

  bool is_trunk() const { return step == kTrunk; }
};

/// How a path leaves the trunk at `key.step`. With neither of the others it is a clone: it shares
/// the denoiser's answer at that step and has noise of its own from there on.
struct Branch {
  BranchKey key;
  /// Another state to go on from, (B, P, C, H, W) of the trunk's z_t: an intervention.
  std::function<torch::Tensor(const torch::Tensor& states)> change = {};
  /// What the denoiser is told of it from that step on in place of the trunk's: decoupling, another
  /// label.
  std::optional<RowConditions> told = {};

  bool is_clone() const { return !change && !told; }
};

/// States after a step under predicted noise, before noise is added: all of a deterministic step.
torch::Tensor advanced(const ReverseStep& step, const torch::Tensor& states,
                       const torch::Tensor& noise);

/// Unit noise of the process's covariance for a whole group at step t, (B, P, C, H, W).
using BranchNoise = std::function<torch::Tensor(const BranchKey& path, std::int64_t t)>;

/// The trunk at one step, before it is taken.
struct TrunkStep {
  std::int64_t t;
  const torch::Tensor& states;  ///< z_t, (B, P, C, H, W)
  const torch::Tensor& noise;   ///< as predicted
};

/// Clean states at the ends of all paths, (B, P, C, H, W) each.
struct BranchEnds {
  torch::Tensor trunk;
  std::vector<torch::Tensor> branches;  ///< in the order they were given
};

/// Throws InputError for branches that leave where the path does not pass, or twice under one key.
void check_branches(const SamplingPath& path, const std::vector<Branch>& branches);

/// The one loop of reverse trajectories: a trunk from `start` (B, P, C, H, W), the state its first
/// step starts from, and all branches that have left it advance as one growing batch. A path's bits
/// depend on its own noise and on the group, not on which other branches there are beyond what the
/// network's kernels make of a batch's size. `noise` may be empty on a deterministic path. Throws
/// InputError for a path of learned variance where the network learns none. No gradients are kept.
/// multimodal sec. 5, regimes sec. 4
BranchEnds run_branches(const SamplingPath& path, const Denoiser& denoiser,
                        const torch::Tensor& start, const std::vector<Branch>& branches,
                        const BranchNoise& noise = {}, const RowConditions& told = {},
                        const std::function<void(const TrunkStep&)>& observe = {});

}  // namespace syncgap::diffusion
