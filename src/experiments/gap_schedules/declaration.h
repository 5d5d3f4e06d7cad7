#pragma once

#include <utility>
#include <vector>

#include "core/choices.h"
#include "core/grid.h"
#include "core/observable.h"
#include "experiments/gap_schedules/options.h"

namespace syncgap::experiments {

/// Schedules of one budget: constant; all coupling at the noise (early in generation) or at the
/// data (late); and those that make the gap smallest and largest.
enum class BudgetSchedule { constant, early, late, smallest_gap, largest_gap };

inline constexpr Choices kBudgetSchedules{std::pair{BudgetSchedule::constant, "constant"},
                                          std::pair{BudgetSchedule::early, "early"},
                                          std::pair{BudgetSchedule::late, "late"},
                                          std::pair{BudgetSchedule::smallest_gap, "smallest_gap"},
                                          std::pair{BudgetSchedule::largest_gap, "largest_gap"}};

std::vector<Axis> gap_schedules_axes(const GapSchedulesOptions& options);
std::vector<Observable> gap_schedules_observables(const GapSchedulesOptions& options);

}  // namespace syncgap::experiments
