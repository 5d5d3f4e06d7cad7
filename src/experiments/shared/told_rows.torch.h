#pragma once

#include <cstdint>
#include <torch/types.h>

#include "diffusion/conditions.torch.h"
#include "experiments/shared/coupling_reach.h"
#include "experiments/shared/replica_plan.h"

namespace syncgap::experiments {

/// What rows of replicas are told, all of them alike: a class, and g of the blocks and heads that
/// the coupling reaches.
diffusion::RowConditions told_rows(std::int64_t rows, std::int64_t told_class, double coupling,
                                   const CouplingReach& reach = {});

/// The denoiser, its couplings multiplied by what the reach has for the step of a trajectory.
diffusion::Denoiser coupled_by_step(diffusion::Denoiser denoiser, const ReplicaPlan& plan,
                                    const CouplingReach& reach);

}  // namespace syncgap::experiments
