#include "core/check.h"
#include "store/goal_tables.h"
#include "store/record.h"

namespace syncgap::store {

bool Record::takes_goals(const GoalNote& goals) const {
  return goals.text.empty() || (has_goals_ && goals.observables == header_.goals.observables);
}

void Record::write_goals(const GoalNote& goals) {
  SYNCGAP_EXPECTS(takes_goals(goals));
  if (goals.text == header_.goals.text) return;
  const std::string bytes = goal_bytes(goals.text);
  file_.write_at(goal_text_, bytes.data(), bytes.size());
  header_.goals.text = goals.text;
}

std::vector<Reached> Record::reached() const {
  std::vector<std::int64_t> counts(reached_count_);
  std::vector<double> half_widths(reached_count_), targets(reached_count_);
  file_.read_at(goal_count_, counts.data(), counts.size() * 8);
  file_.read_at(goal_half_width_, half_widths.data(), half_widths.size() * 8);
  file_.read_at(goal_target_, targets.data(), targets.size() * 8);
  return rows_of_reached(counts, half_widths, targets);
}

void Record::write_reached(std::span<const Reached> all) const {
  SYNCGAP_EXPECTS(all.size() == reached_count_, "reached ", all.size(), " of ", reached_count_);
  std::vector<std::int64_t> counts;
  std::vector<double> half_widths, targets;
  for (const Reached& each : all) {
    counts.push_back(each.count);
    half_widths.push_back(each.half_width);
    targets.push_back(each.target);
  }
  file_.write_at(goal_count_, counts.data(), counts.size() * 8);
  file_.write_at(goal_half_width_, half_widths.data(), half_widths.size() * 8);
  file_.write_at(goal_target_, targets.data(), targets.size() * 8);
}

}  // namespace syncgap::store
