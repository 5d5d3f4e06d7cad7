#pragma once

#include <cstdint>
#include <vector>

#include "core/grid.h"
#include "experiments/experiment.h"
#include "experiments/replica_speciation/options.h"
#include "experiments/shared/coupling_reach.h"
#include "experiments/shared/replica_plan.h"
#include "theory/replica_modes.h"

namespace syncgap::experiments {

/// Options and axes of replica_speciation, checked against each other.
class ReplicaSpeciationPlan {
 public:
  /// Throws InputError.
  ReplicaSpeciationPlan(const ReplicaSpeciationOptions& options, const Grid& grid);

  const ReplicaSpeciationOptions& options() const { return options_; }
  const ReplicaPlan& replicas() const { return replicas_; }
  /// t_int that may be measured (K), and those measured in any case: their images are kept.
  const std::vector<std::int64_t>& points() const { return points_; }
  const std::vector<std::int64_t>& shown() const { return shown_; }
  const std::vector<std::int64_t>& samples() const { return samples_; }
  /// Modes of difference of a unit's replicas; of a pair one.
  std::vector<theory::DifferenceModes> modes(const Unit& unit) const;
  /// Where, when and between whom its coupling acts.
  CouplingReach reach(const Unit& unit) const;

  double operations(const Unit& unit) const;
  double cost(const Unit& unit) const { return seconds_of(operations(unit)); }
  double memory() const;

 private:
  void check_graphs(const Grid& grid);

  ReplicaSpeciationOptions options_;
  ReplicaPlan replicas_;
  std::vector<std::int64_t> points_, shown_, samples_;
  std::int64_t most_replicas_ = 2;
};

}  // namespace syncgap::experiments
