#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "core/options.h"
#include "data/image_set.h"
#include "experiments/image_source.h"
#include "experiments/with_torch/denoiser_options.h"

namespace syncgap::experiments {

/// Options of `synchronization_gap`.
struct SynchronizationGapOptions {
  ImageSourceOptions source;
  DenoiserOptions denoiser;
  std::vector<double> classes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  std::int64_t images = 0;
  std::int64_t side = 28;
  double beta_first = 1e-4;
  double beta_last = 0.02;
  std::int64_t samples = 16;
  std::int64_t resamples = 1000;
  std::int64_t threads = 1;

  OptionTable table();
};

std::vector<Axis> synchronization_gap_axes(const SynchronizationGapOptions& options);
std::vector<Observable> synchronization_gap_observables();

}  // namespace syncgap::experiments
