#pragma once

#include "core/grid.h"
#include "store/dataset_writer.h"
#include "store/record.h"

namespace syncgap::store {

/// Names and sizes of what a record of a sweep with goals has beside those of any other.
inline constexpr const char* kGoalText = "goals/text";
inline constexpr const char* kGoalCount = "goals/count";
inline constexpr const char* kGoalHalfWidth = "goals/half_width";
inline constexpr const char* kGoalTarget = "goals/target";
inline constexpr std::size_t kGoalBytes = 4096;

/// The group of a sweep's goals: their text, and over the cells and precision goals what each
/// reached.
void lay_out_goals(DatasetWriter& writer, const GoalNote& goals, const Grid& grid);
/// What lay_out_goals wrote; an empty note where the file has no such group.
GoalNote read_goals(hid_t file);
/// The columns of the tables as rows.
std::vector<Reached> rows_of_reached(const std::vector<std::int64_t>& counts,
                                     const std::vector<double>& half_widths,
                                     const std::vector<double>& targets);
/// The text as it lies in the file. Throws RecordError if there is no room for it.
std::string goal_bytes(const std::string& text);

}  // namespace syncgap::store
