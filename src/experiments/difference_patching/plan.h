#pragma once

#include <cstdint>
#include <vector>

#include "core/grid.h"
#include "experiments/difference_patching/options.h"
#include "experiments/difference_patching/patch.h"
#include "experiments/experiment.h"
#include "experiments/shared/replica_plan.h"

namespace syncgap::experiments {

/// Options and axes of difference_patching, checked against each other.
class DifferencePatchingPlan {
 public:
  /// Throws InputError.
  DifferencePatchingPlan(const DifferencePatchingOptions& options, const Grid& grid);

  const DifferencePatchingOptions& options() const { return options_; }
  const ReplicaPlan& replicas() const { return replicas_; }
  const std::vector<std::int64_t>& steps() const { return steps_; }
  const std::vector<std::int64_t>& layers() const { return layers_; }
  const std::vector<PatchedPart>& parts() const { return parts_; }
  const std::vector<PatchKind>& kinds() const { return kinds_; }
  /// Those of one step, by kind, layer and part.
  std::vector<Patch> patches(std::int64_t step) const;

  double operations(const Unit& unit) const;
  double cost(const Unit& unit) const { return seconds_of(operations(unit)); }
  double memory() const;

 private:
  DifferencePatchingOptions options_;
  ReplicaPlan replicas_;
  std::vector<std::int64_t> steps_, layers_;
  std::vector<PatchedPart> parts_;
  std::vector<PatchKind> kinds_;
};

}  // namespace syncgap::experiments
