#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <sstream>

#include "app/commands.h"
#include "app/goals_text.h"
#include "app/job_grid.h"
#include "app/json.h"
#include "app/libraries.h"
#include "app/sizes.h"
#include "core/check.h"
#include "core/numbers.h"
#include "core/version.h"
#include "parallel/communicator.h"
#include "store/record.h"
#include "sweep/plan.h"
#include "sweep/progress.h"
#include "sweep/selection.h"

namespace syncgap::app {
namespace {

/// "[0.2, 0.5, 1.0]" or "401 values, 0.0 ... 2.0".
std::string values_text(const Axis& axis) {
  if (axis.size() <= 8) {
    std::string text;
    for (std::int64_t i = 0; i < axis.size(); ++i) text += (i ? ", " : "") + axis.text(i);
    return text;
  }
  return std::to_string(axis.size()) + " values, " + axis.text(0) + " ... " +
         axis.text(axis.size() - 1);
}

/// Where the values of an axis come from.
const char* source_text(const Axis& axis, bool given) {
  if (axis.choice == AxisChoice::nothing) return "made by options:";
  return given ? "set to" : "default";
}

const char* role_text(const Axis& axis) {
  return axis.role == AxisRole::split ? "split" : "captured";
}

Json values_json(const Axis& axis) {
  return std::visit([](const auto& values) { return Json(values); }, axis.values);
}

/// Prints `text` indented, wrapped at 96 columns.
void print_wrapped(const std::string& text, int indent) {
  std::istringstream in(text);
  std::string word, line;
  auto flush = [&] { std::printf("%*s%s\n", indent, "", line.c_str()); };
  while (in >> word) {
    if (!line.empty() && line.size() + word.size() + 1 > unsigned_size(96 - indent)) {
      flush();
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  if (!line.empty()) flush();
}

}  // namespace

ExitCode list_experiments() {
  for (const std::string& name : experiments::experiment_names()) {
    const auto experiment = experiments::make_experiment(name, "the table of experiments");
    std::printf("%s\n", name.c_str());
    print_wrapped(experiment->summary(), 4);
  }
  std::printf("\n`syncgap options EXPERIMENT` prints its options, axes and observables.\n");
  return ExitCode::done;
}

ExitCode show_options(const std::string& name, const std::vector<std::string>& overrides) {
  const auto experiment = experiments::make_experiment(name, "command line");
  const Job job = parse_job(concat("[experiment]\nname = \"", experiment->name(), "\"\n"),
                            "command line", "", overrides);
  apply_options(job, experiment->options());
  const Grid grid = job_grid(job, *experiment);
  std::printf("%s\n", name.c_str());
  print_wrapped(experiment->summary(), 4);
  std::printf("\noptions: [experiment] in a job, --set experiment.NAME=VALUE\n");
  for (const Option& option : experiment->options().all()) {
    const std::string line = option.name() + " = " + to_toml(option.value());
    std::string facts;
    if (option.value() != option.default_value())
      facts = "default " + to_toml(option.default_value());
    if (!option.symbol().empty()) facts += (facts.empty() ? "" : ", ") + option.symbol();
    if (!option.unit_text().empty()) facts += (facts.empty() ? "" : ", ") + option.unit_text();
    if (!option.limits_text().empty()) facts += (facts.empty() ? "" : ", ") + option.limits_text();
    const std::string condition = option.condition_text();
    if (!condition.empty()) facts += (facts.empty() ? "" : ", ") + ("with " + condition);
    std::printf("  %s%s%s%s\n", line.c_str(), facts.empty() ? "" : "   (", facts.c_str(),
                facts.empty() ? "" : ")");
    print_wrapped(option.doc(), 6);
  }
  std::printf("\naxes: [axes] in a job, --set axes.NAME=VALUES\n");
  for (const Axis& axis : grid.axes()) {
    const bool given = std::any_of(job.axes.begin(), job.axes.end(),
                                   [&](const auto& setting) { return setting.key == axis.name; });
    std::printf("  %s   (%s%s%s) %s %s\n", axis.name.c_str(), role_text(axis),
                axis.unit == "1" ? "" : ", ", axis.unit == "1" ? "" : axis.unit.c_str(),
                source_text(axis, given), values_text(axis).c_str());
    std::string doc = axis.doc;
    if (axis.choice == AxisChoice::count) doc += "; counts from 0";
    if (!axis.choices.empty() && axis.choice != AxisChoice::nothing) {
      doc += "; one of";
      for (const std::string& choice : axis.choices) doc += " " + choice;
    }
    print_wrapped(doc, 6);
  }
  std::printf("\nobservables (with %s options)\n", job.options.empty() ? "the default" : "these");
  for (const Observable& observable : experiment->observables()) {
    std::string over;
    for (const std::string& axis : observable.captured) over += (over.empty() ? "" : ", ") + axis;
    std::printf("  %s%s%s%s\n", observable.name.c_str(), over.empty() ? "" : " (over ",
                over.c_str(), over.empty() ? "" : ")");
    print_wrapped(observable.long_name + " [" + observable.unit + "]" +
                      (observable.source.empty() ? "" : "; " + observable.source),
                  6);
  }
  return ExitCode::done;
}

ExitCode show_version() {
  std::printf("syncgap %s (git %s), %s, %s\n%s\n", version(), git_revision(), compiler().c_str(),
              build_type(), library_versions().c_str());
  return ExitCode::done;
}

ExitCode show_plan(const JobRequest& request, int ranks, Format format) {
  const PlannedJob planned = plan_job(request);
  const Grid& grid = *planned.grid;
  const auto& cost = planned.plan.cost;
  const std::vector<std::uint8_t> pending(grid.unit_count(), 0);
  const sweep::CostModel model(grid);
  const sweep::Order order = sweep::order_units(grid, cost, model, pending);
  require_input(planned.job.run.ranks_per_unit <= ranks, "run.ranks_per_unit is ",
                planned.job.run.ranks_per_unit, " but the plan is for ", ranks, " ranks (",
                request.path, "): plan for more with --ranks, or lower it");
  const int per_unit = static_cast<int>(planned.job.run.ranks_per_unit);
  const int teams = ranks / per_unit;
  const double makespan = sweep::expected_makespan(grid, cost, model, order, teams);
  const Goals& goals = planned.job.run.goals;
  // With goals that is the most there can be; the fewest units are those of the first look.
  std::optional<sweep::Order> fewest;
  if (!goals.empty()) {
    auto statuses = sweep::Selection(grid, ResultLayout(grid, planned.observables), goals).fewest();
    for (std::uint8_t& status : statuses)
      status = byte(status == byte(store::UnitStatus::done) ? store::UnitStatus::pending
                                                            : store::UnitStatus::not_needed);
    fewest = sweep::order_units(grid, cost, model, statuses);
  }
  const std::uint64_t record = store::record_bytes(grid, planned.observables, goal_note(goals));
  const ResultLayout layout(grid, planned.observables);
  // The engine keeps at most 16 bytes a unit: status, order, cost estimate.
  const double memory = 64e6 + 16.0 * to_real(grid.unit_count()) + 8.0 * to_real(layout.total()) +
                        planned.plan.memory;
  double operations = 0;
  if (planned.plan.operations)
    for (std::uint64_t i = 0; i < grid.unit_count(); ++i)
      operations += planned.plan.operations(Unit(grid, i));
  if (format == Format::json) {
    Json axes = Json::array();
    for (const Axis& axis : grid.axes())
      axes.push_back(
          {{"name", axis.name}, {"role", role_text(axis)}, {"values", values_json(axis)}});
    Json observables = Json::array();
    for (const Observable& observable : planned.observables)
      observables.push_back({{"name", observable.name},
                             {"over", observable.captured},
                             {"unit", observable.unit},
                             {"long_name", observable.long_name}});
    print_json(
        {{"experiment", planned.job.experiment},
         {"job", request.path},
         {"profile", planned.job.profile},
         {"record", planned.record_path},
         {"units", grid.unit_count()},
         {"doubles_per_unit", layout.total()},
         {"ranks", ranks},
         {"ranks_per_unit", per_unit},
         {"walltime", planned.job.run.walltime},
         {"estimated_seconds_total", order.total_seconds},
         {"fewest_units", fewest ? fewest->units.size() : grid.unit_count()},
         {"estimated_seconds_total_fewest", fewest ? fewest->total_seconds : order.total_seconds},
         {"estimated_seconds_longest_unit", order.longest_seconds},
         {"estimated_seconds_on_ranks", makespan},
         {"network_operations", planned.plan.operations ? Json(operations) : Json(nullptr)},
         {"memory_bytes_per_rank", std::llround(memory)},
         {"record_bytes", record},
         {"axes", axes},
         {"observables", observables}});
    return ExitCode::done;
  }
  std::printf("job        %s%s%s\n", request.path.c_str(),
              planned.job.profile.empty() ? "" : ", profile ", planned.job.profile.c_str());
  std::printf("experiment %s: %s\n", planned.experiment->name().c_str(),
              planned.experiment->summary().c_str());
  for (const Axis& axis : grid.axes())
    std::printf("axis       %-14s %-8s %s\n", axis.name.c_str(), role_text(axis),
                values_text(axis).c_str());
  std::printf("units      %llu, %zu observables, %lld numbers a unit\n",
              static_cast<unsigned long long>(grid.unit_count()), planned.observables.size(),
              static_cast<long long>(layout.total()));
  std::string names;
  for (const Observable& observable : planned.observables)
    names += (names.empty() ? "" : ", ") + observable.name;
  print_wrapped(names, 11);
  std::printf("record     %s, %s\n", planned.record_path.c_str(),
              size_text(to_real(record)).c_str());
  if (fewest)
    std::printf("goals      %zu to %llu of the units: those of the first look, or all\n",
                fewest->units.size(), static_cast<unsigned long long>(grid.unit_count()));
  std::printf("cost       about %s%s s on one rank, the longest unit %s s (estimates)\n",
              fewest ? (short_number(fewest->total_seconds) + " to ").c_str() : "",
              short_number(order.total_seconds).c_str(),
              short_number(order.longest_seconds).c_str());
  if (planned.plan.operations)
    std::printf(
        "networks   about %s floating-point operations, two a multiplication and addition\n",
        short_number(operations).c_str());
  std::printf("split      %d %s%s: about %s, %.0f%% busy\n", ranks, ranks == 1 ? "rank" : "ranks",
              per_unit > 1 ? (" in teams of " + std::to_string(per_unit)).c_str() : "",
              sweep::clock_text(makespan).c_str(),
              makespan > 0 ? 100 * order.total_seconds / (makespan * teams) : 100.0);
  std::printf("memory     about %s a rank\n", size_text(memory).c_str());
  return ExitCode::done;
}

}  // namespace syncgap::app
