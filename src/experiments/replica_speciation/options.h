#pragma once

#include <cstdint>

#include "core/options.h"
#include "experiments/shared/judge_options.h"
#include "experiments/shared/replica_options.h"
#include "experiments/shared/reverse_steps.h"
#include "observables/adaptive_scan.h"
#include "theory/coupling_graph.h"

namespace syncgap::experiments {

/// Options of `replica_speciation`.
struct ReplicaSpeciationOptions : ReverseStepOptions {
  ReplicaOptions replicas;
  JudgeOptions judge;
  bool adaptive = true;
  std::int64_t coarse_step = 10;
  std::int64_t scan_batch = 8;
  double widening = 0.1;
  double most_evaluations = 0.35;
  std::int64_t resamples = 1000;
  double most_share = 0;
  theory::GraphScale graph_scale = theory::GraphScale::spectral;

  ReplicaSpeciationOptions();
  OptionTable table();
  observables::ScanOptions scan() const;
};

}  // namespace syncgap::experiments
