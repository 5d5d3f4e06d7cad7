#pragma once

#include <cstdint>
#include <vector>

#include "core/grid.h"
#include "experiments/experiment.h"
#include "experiments/network_decisions/options.h"
#include "experiments/shared/replica_plan.h"

namespace syncgap::experiments {

/// Options and axes of network_decisions, checked against each other.
class NetworkDecisionsPlan {
 public:
  /// Throws InputError.
  NetworkDecisionsPlan(const NetworkDecisionsOptions& options, const Grid& grid);

  const NetworkDecisionsOptions& options() const { return options_; }
  const ReplicaPlan& network() const { return network_; }
  /// Values of axes step, branch_step, shown, sample and clone.
  const std::vector<std::int64_t>& loss_steps() const { return steps_; }
  const std::vector<std::int64_t>& branches() const { return branches_; }
  const std::vector<std::int64_t>& shown() const { return shown_; }
  const std::vector<std::int64_t>& samples() const { return samples_; }
  const std::vector<std::int64_t>& clones() const { return clones_; }

  double operations(const Unit& unit) const;
  double cost(const Unit& unit) const { return seconds_of(operations(unit)); }
  double memory() const;

 private:
  void check_axes(const Grid& grid) const;

  NetworkDecisionsOptions options_;
  ReplicaPlan network_;
  std::vector<std::int64_t> steps_, branches_, shown_, samples_, clones_;
};

}  // namespace syncgap::experiments
