#pragma once

#include <cstdint>

#include "core/options.h"
#include "experiments/shared/regime_options.h"
#include "models/classifier_options.h"
#include "models/denoiser_options.h"

namespace syncgap::experiments {

/// Options of `trained_regimes`; the defaults train in minutes on one processor, the job's profile
/// `paper` has the authors' sizes.
struct TrainedRegimesOptions {
  TrainedRegimesOptions();

  RegimeOptions exact;  ///< images, and the exact score's curves of them
  models::DenoiserOptions denoiser;
  models::ClassifierOptions classifier;
  std::int64_t images_seen = 400000;
  std::int64_t steps = 200;
  double beta_first = 1e-4;
  double beta_last = 0.02;
  std::int64_t group = 32;
  bool within_range = true;
  std::int64_t nearest_every = 1;
  std::int64_t threads = 1;

  /// Binds the members: keep this object in place while the table is used.
  OptionTable table();

  /// Epochs of so many examples that show as many as asked for.
  std::int64_t epochs(std::int64_t examples) const;
};

}  // namespace syncgap::experiments
