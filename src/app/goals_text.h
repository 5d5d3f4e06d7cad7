#pragma once

#include <string>
#include <vector>

#include "core/goals.h"
#include "core/grid.h"
#include "store/record.h"

namespace syncgap::app {

/// What a record keeps of a job's goals.
store::GoalNote goal_note(const Goals& goals);

/// For each precision goal of a record a line: in how many cells it is reached, and where it is
/// farthest. Empty without such goals.
std::vector<std::string> reached_lines(const store::GoalNote& goals, const Grid& grid,
                                       const std::vector<store::Reached>& reached);

}  // namespace syncgap::app
