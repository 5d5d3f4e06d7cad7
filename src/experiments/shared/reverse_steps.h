#pragma once

#include <utility>

#include "core/choices.h"
#include "core/options.h"
#include "diffusion/sampling_path.h"
#include "experiments/shared/replica_plan.h"

namespace syncgap::experiments {

/// The variance of a reverse step: eta^2 of the forward posterior's, or the network's own where it
/// has learned one, as the published samples have it.
enum class ReverseVariance { posterior, learned };

inline constexpr Choices kReverseVariances{std::pair{ReverseVariance::posterior, "posterior"},
                                           std::pair{ReverseVariance::learned, "learned"}};

/// How a transformer's trajectories go back: options of every experiment that samples.
struct ReverseStepOptions {
  ReverseVariance variance = ReverseVariance::posterior;
  double eta = 1;

  /// Binds the members.
  void describe_reverse_steps(OptionTable& table);
  /// Throws InputError where the network has learned no variance that is asked for.
  void check_reverse_steps(const ReplicaPlan& plan) const;
  /// Through the steps that the plan visits.
  diffusion::SamplingPath path(const ReplicaPlan& plan) const;
};

}  // namespace syncgap::experiments
