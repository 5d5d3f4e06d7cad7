#include "app/goals_text.h"

#include <cmath>

#include "app/json.h"
#include "app/sizes.h"
#include "core/check.h"
#include "core/repeated_cells.h"

namespace syncgap::app {

store::GoalNote goal_note(const Goals& goals) {
  store::GoalNote note;
  if (goals.empty()) return note;
  Json text = Json::object();
  if (!goals.precision.empty()) {
    Json bounds = Json::object();
    for (const PrecisionGoal& goal : goals.precision) {
      note.observables.push_back(goal.observable);
      bounds[goal.observable] = {{goal.relative ? "relative" : "absolute", goal.bound}};
    }
    text["precision"] = {{"level", goals.level}, {"first", goals.first}, {"bounds", bounds}};
  }
  if (goals.refine)
    text["refine"] = {{"axis", goals.refine->axis},
                      {"observable", goals.refine->observable},
                      {"tolerance", goals.refine->tolerance},
                      {"first", goals.refine->first}};
  note.text = text.dump();
  return note;
}

std::vector<std::string> reached_lines(const store::GoalNote& goals, const Grid& grid,
                                       const std::vector<store::Reached>& reached) {
  std::vector<std::string> lines;
  if (goals.text.empty()) return lines;  // of a record that had some before
  const RepeatedCells cells(grid);
  const std::size_t count = goals.observables.size();
  for (std::size_t goal = 0; goal < count; ++goal) {
    std::uint64_t met = 0, looked_at = 0, farthest_cell = 0;
    double farthest = 0;
    for (std::uint64_t cell = 0; cell < cells.count(); ++cell) {
      const store::Reached& each = reached[cell * count + goal];
      if (each.count == 0) continue;
      ++looked_at;
      met += each.met() ? 1 : 0;
      const double ratio = each.half_width / each.target;
      if (each.met() || ratio <= farthest) continue;
      farthest = ratio;
      farthest_cell = cell;
    }
    std::string line = concat(goals.observables[goal], " is as precise as wanted in ", met, " of ",
                              looked_at, " cells");
    if (looked_at < cells.count())
      line += concat(", ", cells.count() - looked_at, " have no value or were not looked at");
    if (farthest > 0)
      line += concat("; farthest at ", cells.describe(farthest_cell), ", ",
                     std::isfinite(farthest) ? short_number(farthest) + " times the half width"
                                             : "with one repetition that has a value");
    lines.push_back(line);
  }
  return lines;
}

}  // namespace syncgap::app
