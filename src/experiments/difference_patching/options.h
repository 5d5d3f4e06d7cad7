#pragma once

#include <cstdint>

#include "core/options.h"
#include "experiments/shared/judge_options.h"
#include "experiments/shared/mode_options.h"
#include "experiments/shared/replica_options.h"

namespace syncgap::experiments {

/// Options of `difference_patching`.
struct DifferencePatchingOptions {
  ReplicaOptions replicas;
  JudgeOptions judge;
  ModeOptions modes;
  double band_share = 0.25;
  std::int64_t patch_length = 10;
  std::int64_t patch_batch = 8;
  double most_share = 0;

  DifferencePatchingOptions();
  OptionTable table();
};

}  // namespace syncgap::experiments
