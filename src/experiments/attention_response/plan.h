#pragma once

#include <cstdint>
#include <vector>

#include "core/grid.h"
#include "experiments/attention_response/options.h"
#include "experiments/experiment.h"
#include "experiments/shared/replica_plan.h"

namespace syncgap::experiments {

/// Options and axes of attention_response, checked against each other.
class AttentionResponsePlan {
 public:
  /// Throws InputError.
  AttentionResponsePlan(const AttentionResponseOptions& options, const Grid& grid);

  const AttentionResponseOptions& options() const { return options_; }
  const ReplicaPlan& replicas() const { return replicas_; }
  const std::vector<double>& couplings() const { return couplings_; }
  /// Steps at which heads are looked at one by one.
  const std::vector<std::int64_t>& head_steps() const { return head_steps_; }
  /// Whether the response is computed at the mean of real pairs, too.
  bool at_means() const { return at_means_; }
  /// Modes, then bands.
  std::int64_t directions() const { return options_.modes.count + replicas_.shape().grid(); }

  double operations(const Unit& unit) const;
  double cost(const Unit& unit) const { return seconds_of(operations(unit)); }
  double memory() const;

 private:
  AttentionResponseOptions options_;
  ReplicaPlan replicas_;
  std::vector<double> couplings_;
  std::vector<std::int64_t> head_steps_;
  bool at_means_;
};

}  // namespace syncgap::experiments
