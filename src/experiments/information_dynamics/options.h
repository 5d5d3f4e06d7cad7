#pragma once

#include <cstdint>

#include "core/options.h"
#include "experiments/shared/named_mixtures.h"

namespace syncgap::experiments {

/// Options of `information_dynamics`.
struct InformationDynamicsOptions {
  std::int64_t trials = 20000;
  std::int64_t spectrum_trials = 1000;
  MixtureOptions mixture;

  /// The table binds this object's members: keep it in place while the table is used.
  OptionTable table();
};

}  // namespace syncgap::experiments
