#pragma once

#include <memory>

#include "experiments/experiment.h"

namespace syncgap::experiments {

/// Whether a diffusion transformer is good enough for what coupling does to its replicas to mean
/// anything: once per model, beside replica_speciation and layer_energies, which share it.
std::unique_ptr<Experiment> make_transformer_quality();

}  // namespace syncgap::experiments
