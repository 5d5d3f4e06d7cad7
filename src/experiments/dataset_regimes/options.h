#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/choices.h"
#include "core/options.h"
#include "experiments/shared/regime_options.h"
#include "sde/denoised_cloning.h"

namespace syncgap::experiments {

/// What is measured.
enum class RegimePart { spectrum, posterior, information, paths, trajectories };

inline constexpr Choices kRegimeParts{
    std::pair{RegimePart::spectrum, "spectrum"}, std::pair{RegimePart::posterior, "posterior"},
    std::pair{RegimePart::information, "information"}, std::pair{RegimePart::paths, "paths"},
    std::pair{RegimePart::trajectories, "trajectories"}};

/// Steps of the backward diffusion: those of the DDPM schedule (59), or equal ones.
enum class TimeGridKind { ddpm, uniform };

inline constexpr Choices kTimeGrids{std::pair{TimeGridKind::ddpm, "ddpm"},
                                    std::pair{TimeGridKind::uniform, "uniform"}};
inline constexpr Choices kStepSchemes{std::pair{sde::StepScheme::ancestral, "ancestral"},
                                      std::pair{sde::StepScheme::euler, "euler"}};

/// Options of `dataset_regimes`.
struct DatasetRegimesOptions {
  RegimeOptions regime;
  std::vector<RegimePart> measure = {RegimePart::spectrum, RegimePart::posterior, RegimePart::paths,
                                     RegimePart::trajectories};
  TimeGridKind time_grid = TimeGridKind::ddpm;
  std::int64_t steps = 500;
  double horizon = 5.0;
  sde::StepScheme scheme = sde::StepScheme::ancestral;
  double settled_weight = 1e-6;

  /// Binds the members: keep this object in place while the table is used.
  OptionTable table();

  bool measures(RegimePart part) const;
  std::vector<double> reverse_times() const;
};

}  // namespace syncgap::experiments
