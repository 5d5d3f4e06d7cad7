#pragma once

#include <cstdint>
#include <vector>

#include "core/grid.h"
#include "experiments/experiment.h"
#include "experiments/layer_energies/options.h"
#include "experiments/shared/replica_plan.h"

namespace syncgap::experiments {

/// Options and axes of layer_energies, checked against each other.
class LayerEnergiesPlan {
 public:
  /// Throws InputError.
  LayerEnergiesPlan(const LayerEnergiesOptions& options, const Grid& grid);

  const LayerEnergiesOptions& options() const { return options_; }
  const ReplicaPlan& replicas() const { return replicas_; }
  /// Step that a unit's figures show; NaN where the job names none.
  double speciation_step(const Unit& unit) const;

  const std::vector<std::int64_t>& chance_steps() const { return chance_steps_; }

  double operations(const Unit& unit) const;
  double cost(const Unit& unit) const { return seconds_of(operations(unit)); }
  double memory() const;

 private:
  LayerEnergiesOptions options_;
  ReplicaPlan replicas_;
  std::vector<double> couplings_;
  std::vector<std::int64_t> chance_steps_;
};

}  // namespace syncgap::experiments
