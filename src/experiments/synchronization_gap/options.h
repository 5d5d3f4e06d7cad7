#pragma once

#include <cstdint>

#include "core/options.h"
#include "experiments/shared/coupled_pair_plan.h"

namespace syncgap::experiments {

/// Options of `synchronization_gap`.
struct SynchronizationGapOptions {
  CoupledPairOptions pairs;
  std::int64_t samples = 16;
  std::int64_t resamples = 1000;
  std::int64_t denoising_samples = 64;

  OptionTable table();
};

}  // namespace syncgap::experiments
