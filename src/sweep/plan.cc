#include "sweep/plan.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>

#include "core/check.h"
#include "core/numbers.h"
#include "store/unit_status.h"

namespace syncgap::sweep {
namespace {

constexpr std::uint8_t kPending = byte(store::UnitStatus::pending);
constexpr std::uint8_t kDone = byte(store::UnitStatus::done);

double checked(double cost, const Unit& unit) {
  if (!(cost >= 0) || !std::isfinite(cost))
    throw std::logic_error(concat("the experiment estimates an impossible cost (unit ",
                                  unit.describe(), ", saw ", cost, ")"));
  return cost;
}

}  // namespace

CostModel::CostModel(const Grid& grid) : grid_(&grid) {
  for (std::size_t k = 0; k < grid.split_count(); ++k)
    effects_.emplace_back(grid.axes()[k].size(), 0.0);
}

void CostModel::learn(const UnitCost& estimate, std::span<const std::uint8_t> status,
                      std::span<const double> seconds) {
  std::vector<std::vector<double>> sums;
  std::vector<std::vector<std::uint64_t>> counts;
  for (const auto& axis : effects_) {
    sums.emplace_back(axis.size(), 0.0);
    counts.emplace_back(axis.size(), 0);
  }
  double sum = 0;
  learnt_from_ = 0;
  for (std::uint64_t i = 0; i < status.size(); ++i) {
    if (status[i] != kDone) continue;
    const Unit unit(*grid_, i);
    const double guess = checked(estimate(unit), unit);
    if (!(seconds[i] > 0) || !(guess > 0) || !std::isfinite(seconds[i])) continue;
    const double ratio = std::log(seconds[i] / guess);
    sum += ratio;
    ++learnt_from_;
    const auto position = grid_->position(i);
    for (std::size_t k = 0; k < position.size(); ++k) {
      sums[k][position[k]] += ratio;
      ++counts[k][position[k]];
    }
  }
  if (learnt_from_ == 0) return;
  overall_ = sum / to_real(learnt_from_);
  for (std::size_t k = 0; k < effects_.size(); ++k)
    for (std::size_t v = 0; v < effects_[k].size(); ++v)
      if (counts[k][v] > 0) effects_[k][v] = sums[k][v] / to_real(counts[k][v]) - overall_;
}

double CostModel::expected(const Unit& unit, double estimate) const {
  if (learnt_from_ == 0) return estimate;
  double logarithm = overall_;
  const auto position = grid_->position(unit.index());
  for (std::size_t k = 0; k < position.size(); ++k) logarithm += effects_[k][position[k]];
  return estimate * std::exp(logarithm);
}

Order order_units(const Grid& grid, const UnitCost& estimate, const CostModel& model,
                  std::span<const std::uint8_t> status) {
  Order order;
  order.units.reserve(std::count(status.begin(), status.end(), kPending));
  std::vector<float> cost(status.size());
  for (std::uint64_t i = 0; i < status.size(); ++i) {
    if (status[i] != kPending) continue;
    const Unit unit(grid, i);
    const double guess = checked(estimate(unit), unit);
    const double seconds = model.expected(unit, guess);
    cost[i] = to_float(seconds);
    order.total_estimate += guess;
    order.total_seconds += seconds;
    order.longest_seconds = std::max(order.longest_seconds, seconds);
    order.units.push_back(static_cast<std::uint32_t>(i));
  }
  std::sort(order.units.begin(), order.units.end(), [&](std::uint32_t a, std::uint32_t b) {
    return cost[a] != cost[b] ? cost[a] > cost[b] : a < b;
  });
  return order;
}

double expected_makespan(const Grid& grid, const UnitCost& estimate, const CostModel& model,
                         const Order& order, int teams) {
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
  for (int team = 0; team < teams; ++team) free_at.push(0);
  double end = 0;
  for (const std::uint32_t index : order.units) {
    const Unit unit(grid, index);
    const double done = free_at.top() + model.expected(unit, estimate(unit));
    free_at.pop();
    free_at.push(done);
    end = std::max(end, done);
  }
  return end;
}

}  // namespace syncgap::sweep
