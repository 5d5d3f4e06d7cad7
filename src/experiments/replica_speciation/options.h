#pragma once

#include <cstdint>
#include <utility>

#include "core/choices.h"
#include "core/options.h"
#include "experiments/shared/judge_options.h"
#include "experiments/shared/replica_options.h"
#include "observables/adaptive_scan.h"

namespace syncgap::experiments {

/// The variance of a reverse step: eta^2 of the forward posterior's, or the network's own where it
/// has learned one, as the published samples have it.
enum class ReverseVariance { posterior, learned };

inline constexpr Choices kReverseVariances{std::pair{ReverseVariance::posterior, "posterior"},
                                           std::pair{ReverseVariance::learned, "learned"}};

/// Options of `replica_speciation`.
struct ReplicaSpeciationOptions {
  ReplicaOptions replicas;
  JudgeOptions judge;
  ReverseVariance variance = ReverseVariance::posterior;
  double eta = 1;
  bool adaptive = true;
  std::int64_t coarse_step = 10;
  std::int64_t scan_batch = 8;
  double widening = 0.1;
  double most_evaluations = 0.35;
  std::int64_t resamples = 1000;
  double least_accuracy = 0.8;
  double least_right = 0.7;
  double most_share = 0.5;

  ReplicaSpeciationOptions();
  OptionTable table();
  observables::ScanOptions scan() const;
};

}  // namespace syncgap::experiments
