#pragma once

#include <cstdint>
#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "core/options.h"
#include "experiments/shared/coupled_pairs.h"

namespace syncgap::experiments {

/// Options of `synchronization_gap`.
struct SynchronizationGapOptions {
  CoupledPairOptions pairs;
  std::int64_t samples = 16;
  std::int64_t resamples = 1000;
  std::int64_t denoising_samples = 64;

  OptionTable table();
};

std::vector<Axis> synchronization_gap_axes(const SynchronizationGapOptions& options);
std::vector<Observable> synchronization_gap_observables();

}  // namespace syncgap::experiments
