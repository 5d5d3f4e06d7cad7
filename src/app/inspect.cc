#include <algorithm>
#include <cmath>
#include <cstdio>
#include <unistd.h>

#include "app/commands.h"
#include "app/goals_text.h"
#include "app/json.h"
#include "app/machine.h"
#include "app/sizes.h"
#include "app/sweep_state.h"
#include "core/check.h"
#include "core/clock.h"
#include "core/repeated_cells.h"
#include "store/lock.h"
#include "store/record.h"

namespace syncgap::app {
namespace {

using store::Record;
using store::UnitStatus;

unsigned long long wide(std::uint64_t value) { return value; }

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }

/// The goals as the job gave them, and what each cell reached; null without goals.
Json goals_json(const SweepState& state) {
  const store::GoalNote& goals = state.record.header.goals;
  if (goals.text.empty()) return {};
  Json out = Json::parse(goals.text);
  const RepeatedCells cells(state.record.grid);
  out["reached"] = Json::array();
  for (std::size_t i = 0; i < state.record.reached.size(); ++i) {
    const store::Reached& each = state.record.reached[i];
    out["reached"].push_back({{"cell", cells.describe(i / goals.observables.size())},
                              {"observable", goals.observables[i % goals.observables.size()]},
                              {"count", each.count},
                              {"half_width", number_or_null(each.half_width)},
                              {"target", number_or_null(each.target)},
                              {"met", each.met()}});
  }
  return out;
}

}  // namespace

ExitCode show_status(const std::string& path, Format format) {
  const SweepState state = look_at(path);
  if (format == Format::json) {
    Json listed = Json::array();
    for (const store::Failure& failure : state.failures)
      listed.push_back({{"unit", failure.unit},
                        {"coordinates", state.record.grid.describe(failure.unit)},
                        {"message", failure.message}});
    print_json({{"experiment", state.record.header.experiment},
                {"title", state.record.header.title},
                {"units", state.units},
                {"done", state.done},
                {"failed", state.failed},
                {"pending", state.pending},
                {"not_needed", state.not_needed},
                {"goals", goals_json(state)},
                {"unit_seconds", state.seconds},
                {"running", state.run.has_value()},
                {"units_per_second", state.rate ? Json(*state.rate) : Json()},
                {"seconds_left", state.left ? Json(*state.left) : Json()},
                {"failures", listed}});
    return end_of(state);
  }
  std::printf("record     %s\n%s\nunits      %s\n", path.c_str(), headline(state).c_str(),
              units_text(state).c_str());
  for (const std::string& line :
       reached_lines(state.record.header.goals, state.record.grid, state.record.reached))
    std::printf("goal       %s\n", line.c_str());
  std::printf("time       %s s inside units, the longest %s s\n",
              short_number(state.seconds).c_str(), short_number(state.longest).c_str());
  std::printf("running    %s%s\n", run_text(state).c_str(),
              state.run && state.run->process != 0 ? (", " + rate_text(state)).c_str() : "");
  constexpr std::size_t kShown = 20;
  for (std::size_t i = 0; i < std::min(kShown, state.failures.size()); ++i)
    std::printf("failed     %s\n", failure_text(state, state.failures[i]).c_str());
  if (state.failures.size() > kShown)
    std::printf("failed     and %zu more, see --json\n", state.failures.size() - kShown);
  return end_of(state);
}

ExitCode verify_record(const std::string& path) {
  const Record record(path, Record::Access::read);
  const auto statuses = record.statuses();
  const auto damaged = record.damaged(0, record.unit_count(), statuses);
  const std::uint64_t done = count(statuses, UnitStatus::done);
  constexpr std::size_t kShown = 20;
  for (std::size_t i = 0; i < std::min(kShown, damaged.size()); ++i)
    std::printf("damaged: unit %llu (%s) does not match its checksum\n", wide(damaged[i]),
                record.grid().describe(damaged[i]).c_str());
  if (damaged.size() > kShown) std::printf("damaged: and %zu more\n", damaged.size() - kShown);
  std::printf("structure intact; %llu of %llu done units match their checksums\n",
              wide(done - damaged.size()), wide(done));
  if (damaged.empty()) return ExitCode::done;
  std::printf("run the job again: damaged units are recomputed, the others kept\n");
  return ExitCode::damaged;
}

ExitCode repair(const std::string& path) {
  if (store::is_sealed(path)) {
    store::read_overview(path);
    std::printf("nothing to repair (%s): it is sealed, and its structure intact\n", path.c_str());
  } else {
    store::RunNote note;
    note.host = host_name();
    note.process = ::getpid();
    note.ranks = note.teams = 1;
    note.started = monotonic_time();
    const store::RecordLock lock = store::RecordLock::take(path, note);
    store::seal_again(path);
    std::printf(
        "sealed again (%s): header, axes and observables match their checksum, and every dataset "
        "lies as it was laid out\n",
        path.c_str());
  }
  return store::is_packed_copy(path) ? ExitCode::done : verify_record(path);
}

ExitCode pack(const std::string& path, const std::string& output) {
  std::string to = output;
  if (to.empty()) {
    to = path;
    if (to.size() > 3 && to.compare(to.size() - 3, 3, ".h5") == 0) to.resize(to.size() - 3);
    to += ".packed.h5";
  }
  store::pack_record(path, to);
  std::printf("%s\n", to.c_str());
  return ExitCode::done;
}

}  // namespace syncgap::app
