#pragma once

#include <cstdint>
#include <vector>

#include "core/options.h"
#include "experiments/shared/judge_options.h"
#include "experiments/shared/replica_options.h"

namespace syncgap::experiments {

/// Options of `network_decisions`.
struct NetworkDecisionsOptions {
  ReplicaOptions replicas;  ///< of which no pairs are made
  JudgeOptions judge;       ///< that compares no scales
  std::int64_t loss_images = 1000;
  bool held_out = true;
  std::int64_t trunks = 128;
  std::int64_t clones = 4;
  double speciation_level = 0.775;
  std::int64_t resamples = 1000;
  double most_share = 0;

  NetworkDecisionsOptions();
  OptionTable table();

  /// Images on which the loss is measured, the same number of each class.
  std::int64_t balanced_images() const;
  /// Trunks whose clones are evaluated as one batch.
  std::int64_t trunks_together() const;
  /// Excess over independent samples that two equally probable classes have at speciation_level.
  double excess_level() const { return 2 * speciation_level - 1; }
  /// Steps of the schedule, from the first that is noisy enough to the last one, at most `count` of
  /// them, as evenly in the logarithm of the signal-to-noise ratio as whole steps allow.
  std::vector<std::int64_t> loss_steps(std::int64_t count) const;
};

}  // namespace syncgap::experiments
