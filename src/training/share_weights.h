#pragma once

#include "networks/weight_file.h"
#include "parallel/communicator.h"

namespace syncgap::training {

/// Gives every rank the tensors of the first one, in one message of names and shapes and one for
/// each tensor. Metadata stay where they are. Collective.
void share_weights(networks::Weights& weights, const parallel::Communicator& ranks);

}  // namespace syncgap::training
