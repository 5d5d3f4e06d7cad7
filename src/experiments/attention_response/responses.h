#pragma once

#include "experiments/attention_response/declaration.h"
#include "experiments/attention_response/plan.h"
#include "experiments/attention_response/response_data.h"
#include "experiments/shared/replica_noise.h"
#include "experiments/shared/start_modes.h"
#include "networks/dit.h"
#include "parallel/team.h"

namespace syncgap::experiments {

/// The linear response of all blocks at all steps of deterministic trajectories, in the modes and
/// bands of the start. Symmetric states are single trajectories, whatever g: that of their
/// differences follows for all of them from one computation. Groups are dealt to the ranks of the
/// team, and all of them know the whole. Collective.
ResponseData compute_responses(const AttentionResponsePlan& plan, ResponseState at,
                               const TappedDenoiser& denoiser, networks::DiTImpl& network,
                               const StartModes& modes, const ReplicaNoise& noise,
                               std::int64_t told_class, const parallel::Team& team);

/// Real pairs, coupled all along with each strength of the plan. Collective.
PairData follow_pairs(const AttentionResponsePlan& plan, const TappedDenoiser& denoiser,
                      networks::DiTImpl& network, const StartModes& modes,
                      const ReplicaNoise& noise, std::int64_t told_class,
                      const parallel::Team& team);

}  // namespace syncgap::experiments
