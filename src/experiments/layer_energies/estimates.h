#pragma once

#include <cstdint>
#include <vector>

#include "core/random.h"
#include "core/results.h"
#include "experiments/layer_energies/captured_layers.h"
#include "experiments/layer_energies/options.h"

namespace syncgap::experiments {

/// Fills energies, gaps and bands of what was captured. What chance makes is drawn at
/// `chance_steps` alone. Halves of pairs and draws are the same in every layer and at every step.
void store_layer_energies(const LayerEnergiesOptions& options, const CapturedLayers& seen,
                          const std::vector<std::int64_t>& chance_steps, const RandomStream& halves,
                          const RandomStream& chance, Results& results);

}  // namespace syncgap::experiments
