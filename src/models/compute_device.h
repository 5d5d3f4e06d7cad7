#pragma once

#include <optional>
#include <torch/types.h>

#include "core/identity.h"
#include "models/place.h"

namespace syncgap::models {

/// `own`, this rank's CUDA device, unless the place is the processor or there is none.
torch::Device compute_device(const Place& place, const std::optional<int>& own);

/// What `auto` came to: "cpu, single". Decides last digits.
Fact arithmetic_fact(const Place& place, const std::optional<int>& own);

}  // namespace syncgap::models
