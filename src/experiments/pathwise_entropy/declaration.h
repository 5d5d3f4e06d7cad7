#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "core/options.h"

namespace syncgap::experiments {

struct PathwiseEntropyOptions {
  std::vector<double> means = {1.1547005383792515, -1.1547005383792515};
  std::int64_t mean_dimension = 1;
  std::vector<double> weights = {};
  double variance = 1.0;
  std::string time_unit = "speciation_time";
  std::int64_t trials = 2000;
  std::string step = "exact";
  std::int64_t substeps = 1;
  double rise_threshold = 0.1;

  /// The table binds this object's members: keep it in place while the table is used.
  OptionTable table();
};

std::vector<Axis> pathwise_entropy_axes();
std::vector<Observable> pathwise_entropy_observables();

}  // namespace syncgap::experiments
