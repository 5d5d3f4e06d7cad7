#pragma once

#include <cstdint>

#include "core/options.h"
#include "experiments/shared/judge_options.h"
#include "experiments/shared/replica_options.h"
#include "experiments/shared/reverse_steps.h"

namespace syncgap::experiments {

/// Options of `transformer_quality`.
struct TransformerQualityOptions : ReverseStepOptions {
  ReplicaOptions replicas;  ///< of which no pairs are made
  JudgeOptions judge;       ///< that compares no scales
  std::int64_t samples = 500;
  std::int64_t free_samples = 500;
  std::int64_t real_images = 5000;
  std::int64_t feature_components = 64;
  std::int64_t resamples = 1000;
  double least_balance = 0.7;

  TransformerQualityOptions();
  OptionTable table();
  /// Class that sample i of those that are told one is told: dealt evenly, in order.
  std::int64_t told_class(std::int64_t i) const { return i * replicas.told_classes() / samples; }
  /// The samples that are told a class are [first, last).
  struct Range {
    std::int64_t first, last;
    std::int64_t count() const { return last - first; }
  };
  Range told(std::int64_t label) const;
};

}  // namespace syncgap::experiments
