#pragma once

#include <cstdint>

#include "core/options.h"
#include "experiments/shared/coupled_pair_plan.h"
#include "models/classifier_options.h"

namespace syncgap::experiments {

/// Options of `coupled_cloning`.
struct CoupledCloningOptions {
  CoupledPairOptions pairs;
  models::ClassifierOptions classifier;
  std::int64_t trajectories = 640;
  std::int64_t group = 32;
  bool within_range = true;
  double threshold = 0.55;
  double least_share = 0.1;
  double least_accuracy = 0.97;
  double least_match = 0.9;
  std::int64_t resamples = 1000;

  CoupledCloningOptions();
  OptionTable table();
};

}  // namespace syncgap::experiments
