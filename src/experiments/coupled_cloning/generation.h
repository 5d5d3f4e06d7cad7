#pragma once

#include <cstdint>
#include <vector>

#include "experiments/coupled_cloning/options.h"
#include "experiments/shared/pair_classifiers.h"
#include "models/trained_denoiser.h"

// Shapes: N trajectories, S branch steps, K labels; modes are u and v.
namespace syncgap::experiments {

/// What the ends of all trajectories look like to the classifiers; each rank of a team knows all
/// of it.
struct LabelledEnds {
  std::vector<std::int64_t> trunk[kModes];   ///< (N) each
  std::vector<std::int64_t> clones[kModes];  ///< (N, S) each
  std::vector<float> pixels;                 ///< ends of the first trajectories, (kept, 2, C, H, W)
};

/// What is generated in a unit.
struct GenerationPlan {
  const CoupledCloningOptions* options;
  std::vector<std::int64_t> branch_steps;
  std::int64_t kept = 0;  ///< trajectories whose ends are wanted as they are
  double coupling_strength = 0, pixel_low = -1;
  std::uint64_t sweep_seed = 0;
  std::int64_t seed = 0;
};

/// DDPM trajectories with a clone at every branch step, dealt to the ranks of the team. Collective.
LabelledEnds generate_ends(const GenerationPlan& plan, const CoupledPairPlan& pairs,
                           const diffusion::NoiseSchedule& schedule,
                           const models::TrainedDenoiser& model, const PairClassifiers& classifiers,
                           const parallel::Team& team);

}  // namespace syncgap::experiments
