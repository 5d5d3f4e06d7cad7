#pragma once

#include <cstdint>
#include <utility>

#include "core/choices.h"
#include "core/options.h"

namespace syncgap::experiments {

/// The values of axis `method`: the one coordinate along m is simulated, or all d.
enum class CloningMethod { projected, full };

inline constexpr Choices kCloningMethods{std::pair{CloningMethod::projected, "projected"},
                                         std::pair{CloningMethod::full, "full"}};

/// Options of mixture_cloning; all lengths in units of the paper, times of the forward process.
struct MixtureCloningOptions {
  double mean_amplitude = 1.0;
  double standard_deviation = 1.0;
  double horizon = 10.0;
  std::int64_t steps = 1000;
  std::int64_t trials = 10000;
  std::int64_t clones = 2;
  std::int64_t blocks = 25;
  double level = 0.7752002454;

  /// Described for `syncgap options`; binds this object's members.
  OptionTable table();
};

}  // namespace syncgap::experiments
