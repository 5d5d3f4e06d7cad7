#pragma once

#include <cstdint>
#include <functional>
#include <torch/types.h>
#include <vector>

#include "experiments/difference_patching/plan.h"
#include "experiments/shared/image_judge.h"
#include "experiments/shared/replica_noise.h"
#include "experiments/shared/start_modes.h"
#include "networks/layer_taps.torch.h"
#include "parallel/team.h"

// Shapes: M pairs, N tokens of D channels, S patch steps, P patches of a step.
namespace syncgap::experiments {

/// Takes a part out of differences of tokens, (B, N, D) -> the part, (B, N, D).
class DifferenceParts {
 public:
  DifferenceParts(const DifferencePatchingPlan& plan, const StartModes& modes);
  torch::Tensor of(std::int64_t part, std::int64_t layer, const torch::Tensor& difference) const;

 private:
  const DifferencePatchingPlan& plan_;
  const StartModes& modes_;
  torch::Tensor bands_;  // (N)
};

/// Tokens (B, 2, N, D) with a part of their difference copied from A to B, or removed.
torch::Tensor patched(const torch::Tensor& tokens, const torch::Tensor& part, PatchKind kind);

/// A denoiser whose tokens are changed.
using ChangedDenoiser = std::function<diffusion::Denoiser(const networks::LayerChange&)>;

/// What pairs are coupled by, and told.
struct PatchedRun {
  double strength = 0;  ///< g
  std::int64_t told_class = kNoClass;
};

/// Comparisons of the images of pairs, with and without patches.
struct PatchedPairs {
  std::vector<double> unpatched;     ///< (metrics, M)
  std::vector<double> patched;       ///< (S, P, metrics, M)
  std::vector<double> part, whole;   ///< energies where a patch begins, (S, P, M)
  std::vector<std::int64_t> labels;  ///< of unpatched images, (M, 2)
};

/// Deterministic trajectories, coupled all along; every patch leaves their trunk at its step, is
/// made anew for some steps, and runs on to the end. Groups are dealt to the ranks of the team, and
/// all of them know the whole. Collective.
PatchedPairs run_patches(const DifferencePatchingPlan& plan, const ChangedDenoiser& denoiser,
                         const StartModes& modes, const ReplicaNoise& noise, const PatchedRun& run,
                         const std::function<ImageViews(const torch::Tensor&)>& look,
                         const parallel::Team& team);

}  // namespace syncgap::experiments
