#pragma once

#include <cstdint>
#include <vector>

#include "core/grid.h"
#include "experiments/experiment.h"
#include "experiments/shared/replica_plan.h"
#include "experiments/transformer_quality/options.h"

namespace syncgap::experiments {

/// Options and axes of transformer_quality, checked against each other.
class TransformerQualityPlan {
 public:
  /// Throws InputError.
  TransformerQualityPlan(const TransformerQualityOptions& options, const Grid& grid);

  const TransformerQualityOptions& options() const { return options_; }
  const ReplicaPlan& network() const { return network_; }
  /// Values of axes shown_class and sample.
  const std::vector<std::int64_t>& shown_classes() const { return shown_; }
  const std::vector<std::int64_t>& kept() const { return kept_; }

  double operations(const Unit& unit) const;
  double cost(const Unit& unit) const { return seconds_of(operations(unit)); }
  double memory() const;

 private:
  TransformerQualityOptions options_;
  ReplicaPlan network_;
  std::vector<std::int64_t> shown_, kept_;
};

}  // namespace syncgap::experiments
