#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/choices.h"
#include "core/options.h"
#include "sde/reverse_mixture.h"

namespace syncgap::experiments {

/// What the axis u counts: the speciation time t_S(d) of the process, or time itself.
enum class TimeUnit { speciation_time, one };

inline constexpr Choices kTimeUnits{std::pair{TimeUnit::speciation_time, "speciation_time"},
                                    std::pair{TimeUnit::one, "one"}};
inline constexpr Choices kReverseSteps{std::pair{sde::BridgeFrom::exact, "exact"},
                                       std::pair{sde::BridgeFrom::score, "score"}};

/// Options of `pathwise_entropy`.
struct PathwiseEntropyOptions {
  std::vector<double> means = {1.1547005383792515, -1.1547005383792515};
  std::int64_t mean_dimension = 1;
  std::vector<double> weights = {};
  double variance = 1.0;
  TimeUnit time_unit = TimeUnit::speciation_time;
  std::int64_t trials = 2000;
  sde::BridgeFrom step = sde::BridgeFrom::exact;
  std::int64_t substeps = 1;
  double rise_threshold = 0.1;

  /// The table binds this object's members: keep it in place while the table is used.
  OptionTable table();
};

}  // namespace syncgap::experiments
