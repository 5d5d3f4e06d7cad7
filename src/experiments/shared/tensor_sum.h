#pragma once

#include <torch/types.h>

#include "parallel/team.h"

namespace syncgap::experiments {

/// Gives every rank of a team the sum of what they hold: single precision or int64, contiguous, on
/// any device, of one shape on all ranks, and zero where another rank has the number, so that
/// nothing is rounded. Collective.
void sum_over(const parallel::Team& team, torch::Tensor& tensor);

}  // namespace syncgap::experiments
