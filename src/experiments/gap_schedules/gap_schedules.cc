#include "experiments/gap_schedules/gap_schedules.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/gap_schedules/declaration.h"
#include "experiments/shared/axis_values.h"
#include "theory/optimal_schedule.h"

namespace syncgap::experiments {
namespace {

/// Status of modes where no schedule of the budget has a gap.
constexpr double kNoSchedule = 4.0;

/// What all units share. Const: any units may be run, in any order.
class GapSchedules : public Prepared {
 public:
  GapSchedules(const GapSchedulesOptions& options, const Grid& grid);

  double cost(const Unit& unit) const;
  double memory() const { return 0; }
  void run(const Unit& unit, Results& results, const RunContext& context) const override;

 private:
  std::optional<std::vector<double>> factors(const Unit& unit) const;
  void store(const theory::ScheduleGap& gap, double strength, Results& results) const;

  GapSchedulesOptions options_;
  PieceStarts starts_;
  theory::FactorBudget budget_;
};

GapSchedules::GapSchedules(const GapSchedulesOptions& options, const Grid& grid)
    : options_(options),
      starts_(piece_starts(options)),
      budget_{unsigned_size(options.pieces), options.most_factor} {
  for (const double g : axis_values<double>(grid, "g")) {
    require_input(g > 0, "a schedule shares out some coupling (axes.g, saw ", g,
                  "): give couplings above 0");
    require_input(g * options.most_factor < options.beta,
                  "the strongest coupling must lie below beta (axes.g, saw ", g,
                  " times experiment.most_factor = ", options.most_factor,
                  ", experiment.beta = ", options.beta,
                  "): the forward process has no stationary law beyond; lower g or most_factor");
  }
}

double GapSchedules::cost(const Unit& unit) const {
  switch (unit.choice("schedule", kBudgetSchedules)) {
    case BudgetSchedule::constant:
    case BudgetSchedule::early:
    case BudgetSchedule::late:
      return 1e-4;
    case BudgetSchedule::smallest_gap:
    case BudgetSchedule::largest_gap:
      break;
  }
  // Measured: 0.3 s for 10 pieces; exchanges grow with the pairs of pieces, extremes as 2^K.
  const double pieces = to_real(options_.pieces);
  return 3e-4 * pieces * pieces * pieces + 2e-5 * std::exp2(pieces);
}

std::optional<std::vector<double>> GapSchedules::factors(const Unit& unit) const {
  const auto shape = unit.choice("schedule", kBudgetSchedules);
  std::vector<std::size_t> order(budget_.pieces);
  std::iota(order.begin(), order.end(), std::size_t{0});
  switch (shape) {
    case BudgetSchedule::constant:
      return std::vector<double>(budget_.pieces, 1.0);
    case BudgetSchedule::late:
      return budget_.filled(order);
    case BudgetSchedule::early:
      std::reverse(order.begin(), order.end());
      return budget_.filled(order);
    case BudgetSchedule::smallest_gap:
    case BudgetSchedule::largest_gap:
      break;
  }
  const auto goal =
      shape == BudgetSchedule::largest_gap ? theory::GapGoal::largest : theory::GapGoal::smallest;
  auto found =
      theory::optimal_schedule(options_.pair(), starts_.times, unit.real("g"), budget_, goal);
  if (!found) return {};
  return std::move(found->factors);
}

void GapSchedules::run(const Unit& unit, Results& results, const RunContext&) const {
  results.cells("piece_time").assign(starts_.times);
  results.cells("piece_share").assign(starts_.shares);
  const auto factors = this->factors(unit);
  if (!factors) {
    results.none({"gap", "speciation_time", "factor", "sensitivity"});
    for (std::size_t mode = 0; mode < 2; ++mode)
      results.cells("speciation_status").set(kNoSchedule, mode);
    return;
  }
  results.cells("factor").assign(*factors);
  const double g = unit.real("g");
  std::vector<double> strengths;
  for (const double factor : *factors) strengths.push_back(g * factor);
  store(theory::schedule_gap(options_.pair(), starts_.times, strengths), g, results);
}

void GapSchedules::store(const theory::ScheduleGap& gap, double strength, Results& results) const {
  results.cells("gap").set_or_none(gap.value);
  std::size_t place = 0;
  for (const theory::ModePassage* mode : {&gap.common, &gap.difference}) {
    results.cells("speciation_time").set_or_none(mode->time, place);
    results.cells("speciation_status").set(static_cast<double>(mode->status), place);
    ++place;
  }
  auto sensitivity = results.cells("sensitivity");
  sensitivity.none();
  for (std::size_t piece = 0; piece < gap.gradient.size(); ++piece)
    sensitivity.set(strength * gap.gradient[piece], piece);
}

}  // namespace

std::unique_ptr<Experiment> make_gap_schedules() {
  return declare<GapSchedulesOptions>({
      .name = "gap_schedules",
      .summary = "the coupling schedule g(t) of a fixed integrated coupling that makes the "
                 "synchronization gap of two modalities smallest or largest (inverse problem)",
      .axes = gap_schedules_axes,
      .observables = gap_schedules_observables,
      .plan = plan_as<GapSchedules, GapSchedulesOptions>,
      .prepare = prepare_as<GapSchedules, GapSchedulesOptions>,
  });
}

}  // namespace syncgap::experiments
