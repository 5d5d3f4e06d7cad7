#pragma once

#include <cstdint>

#include "core/options.h"
#include "experiments/shared/mode_options.h"
#include "experiments/shared/replica_options.h"

namespace syncgap::experiments {

/// Options of `attention_response`.
struct AttentionResponseOptions {
  ReplicaOptions replicas;  ///< its pairs are those that c, m and gamma are fitted to
  std::int64_t trajectories = 16;
  ModeOptions modes;  ///< in which it is asked
  std::int64_t whole_states = 4;
  double mean_coupling = 0;
  std::int64_t blocks_of_pairs = 8;
  std::int64_t chance_draws = 999;
  double bimodal_level = 0.05;

  AttentionResponseOptions();
  OptionTable table();
};

}  // namespace syncgap::experiments
