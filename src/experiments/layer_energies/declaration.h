#pragma once

#include <cstdint>
#include <vector>

#include "core/grid.h"
#include "core/observable.h"
#include "experiments/layer_energies/options.h"

namespace syncgap::experiments {

/// Modes measured on the pairs that define them, and on others; the values of axis `modes_from`.
inline constexpr std::int64_t kInSample = 0, kCrossFitted = 1;
/// Hidden states as they are, and with every channel divided by its size; of axis `channels`.
inline constexpr std::int64_t kPlain = 0, kNormalised = 1;

std::vector<Axis> layer_energies_axes(const LayerEnergiesOptions& options);
std::vector<Observable> layer_energies_observables(const LayerEnergiesOptions& options);

}  // namespace syncgap::experiments
