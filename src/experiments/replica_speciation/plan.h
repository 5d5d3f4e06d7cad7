#pragma once

#include <cstdint>
#include <vector>

#include "core/grid.h"
#include "experiments/experiment.h"
#include "experiments/replica_speciation/options.h"
#include "experiments/shared/replica_plan.h"

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

  double operations(const Unit& unit) const;
  double cost(const Unit& unit) const { return seconds_of(operations(unit)); }
  double memory() const;

 private:
  ReplicaSpeciationOptions options_;
  ReplicaPlan replicas_;
  std::vector<std::int64_t> points_, shown_, samples_;
};

}  // namespace syncgap::experiments
