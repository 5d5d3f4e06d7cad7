#pragma once

#include <cstddef>
#include <cstdint>

#include "core/random.h"
#include "sde/step_tables.h"
#include "sde/trial_block.h"

namespace syncgap::sde {

// The loops over time, vectorised over trials. Lane i of the block is trial first_trial + i. The
// noise of the forward step k is at (trial, step 1, component (k - 1) C + c); that of the reverse
// step k is at (trial, step k, component c) for y and C + c for x.

/// x_1 .. x_N from x_0.
void advance_source(const StepTables& tables, const RandomStream& forward_noise,
                    std::uint64_t first_trial, TrialBlock& block);

/// I_k over one segment, k = kSegment * segment and up, from the checkpoint at its start; leaves
/// the last one in the checkpoint of the next segment. dI = (-beta I + g X) dt by the trapezoidal
/// rule on the path as stored.
void integrate_segment(const StepTables& tables, std::size_t segment, TrialBlock& block);

/// All samplers from t_first down to t_last on the same noise; last < first, both in the segment
/// that was integrated last.
void reverse_steps(const StepTables& tables, const RandomStream& reverse_noise,
                   std::uint64_t first_trial, std::size_t first, std::size_t last,
                   TrialBlock& block);

}  // namespace syncgap::sde
