#pragma once

#include <cstdint>

#include "core/options.h"

namespace syncgap::experiments {

/// Options of `sample_experiment`.
struct SampleExperimentOptions {
  std::int64_t trials = 10000;

  /// The table binds this object's members: keep it in place while the table is used.
  OptionTable table();
};

}  // namespace syncgap::experiments
