#pragma once

#include <cstdint>
#include <torch/types.h>

#include "experiments/layer_energies/captured_layers.h"
#include "experiments/layer_energies/options.h"
#include "experiments/shared/coupling_reach.h"
#include "experiments/shared/replica_noise.h"
#include "experiments/shared/replica_plan.h"
#include "experiments/shared/tapped_denoiser.torch.h"
#include "parallel/team.h"

namespace syncgap::experiments {

/// What pairs are coupled by, and told.
struct CoupledRun {
  double strength = 0;  ///< g
  std::int64_t told_class = kNoClass;
  CouplingReach reach = {};
};

/// Deterministic trajectories of all pairs, coupled all along; groups are dealt to the ranks of the
/// team, and all of them know the whole. A channel's size is its root mean square over replicas and
/// tokens of the first group, which every rank runs for that. Collective.
CapturedLayers capture_layers(const LayerEnergiesOptions& options, const ReplicaPlan& plan,
                              const TappedDenoiser& denoiser, const ReplicaNoise& noise,
                              const CoupledRun& run, const parallel::Team& team);

}  // namespace syncgap::experiments
