#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/grid.h"

namespace syncgap::sweep {

using UnitCost = std::function<double(const Unit&)>;

/// Factors that turn an experiment's cost estimates into seconds, learnt from finished units: one
/// factor per value of each split axis (main effects on the logarithm). Units never run are ordered
/// by it.
class CostModel {
 public:
  explicit CostModel(const Grid& grid);

  /// `status` and `seconds` of all units as recorded; units not done are ignored.
  void learn(const UnitCost& estimate, std::span<const std::uint8_t> status,
             std::span<const double> seconds);
  /// Seconds expected for a unit: the estimate times the factors learnt.
  double expected(const Unit& unit, double estimate) const;
  /// Whether that is in seconds: something was learnt. Else only ratios mean anything.
  bool knows_seconds() const { return learnt_from_ > 0; }

 private:
  const Grid* grid_;
  double overall_ = 0;                        // mean log(seconds / estimate)
  std::vector<std::vector<double>> effects_;  // per split axis and value, on the logarithm
  std::uint64_t learnt_from_ = 0;
};

/// Units still to run, longest first, ties by index; and what they are expected to cost in all.
struct Order {
  std::vector<std::uint32_t> units;
  double total_estimate = 0;  ///< of the experiment alone, nothing learnt
  double total_seconds = 0;
  double longest_seconds = 0;
};

/// Orders the pending units (status 0).
Order order_units(const Grid& grid, const UnitCost& estimate, const CostModel& model,
                  std::span<const std::uint8_t> status);

/// The time `teams` teams need for the ordered units when each takes what the model expects.
double expected_makespan(const Grid& grid, const UnitCost& estimate, const CostModel& model,
                         const Order& order, int teams);

}  // namespace syncgap::sweep
