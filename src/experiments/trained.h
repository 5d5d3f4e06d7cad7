#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/experiment.h"

namespace syncgap::experiments {

/// A line of the table of experiments.
struct ExperimentEntry {
  std::string_view name;
  std::unique_ptr<Experiment> (*make)();
};

/// Experiments that train networks; none in a build without LibTorch.
std::vector<ExperimentEntry> trained_experiments();

/// "LibTorch 2.6.0", what they are trained with; empty in a build without it.
std::string training_library();

}  // namespace syncgap::experiments
