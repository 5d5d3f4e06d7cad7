#include "app/sweep_state.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "app/sizes.h"
#include "core/check.h"
#include "core/clock.h"
#include "core/numbers.h"
#include "sweep/progress.h"

namespace syncgap::app {
namespace {

std::uint8_t byte(store::UnitStatus status) { return static_cast<std::uint8_t>(status); }

}  // namespace

SweepState look_at(const store::Record& record) {
  SweepState state;
  // Before the statuses: if nobody runs it now, nothing is written after they are read.
  state.run = store::running(record.path());
  state.teams = store::team_notes(record.path());
  state.statuses = record.statuses();
  const auto seconds = record.seconds();
  state.units = state.statuses.size();
  for (std::uint64_t unit = 0; unit < state.units; ++unit) {
    state.done += state.statuses[unit] == byte(store::UnitStatus::done);
    state.failed += state.statuses[unit] == byte(store::UnitStatus::failed);
    state.pending += state.statuses[unit] == byte(store::UnitStatus::pending);
    if (std::isfinite(seconds[unit])) {
      state.seconds += seconds[unit];
      state.longest = std::max(state.longest, seconds[unit]);
    }
  }
  // A kill may leave the message of a unit that is pending again.
  for (auto& failure : record.failures())
    if (state.statuses[failure.unit] == byte(store::UnitStatus::failed))
      state.failures.push_back(std::move(failure));
  if (!state.run) return state;
  state.elapsed = std::max(1e-9, unix_time() - state.run->started);
  state.rate =
      to_real(state.done - std::min(state.done, state.run->finished_before)) / state.elapsed;
  if (state.rate > 0) state.left = to_real(state.pending) / state.rate;
  return state;
}

ExitCode end_of(const SweepState& state) {
  if (state.pending > 0) return ExitCode::drained;
  return state.failed > 0 ? ExitCode::units_failed : ExitCode::done;
}

std::string headline(const store::Record& record) {
  const store::RecordHeader& header = record.header();
  return concat("experiment ", header.experiment, ": ", header.title,
                header.profile.empty() ? "" : ", profile ", header.profile);
}

std::string units_text(const SweepState& state) {
  char percent[16];
  std::snprintf(percent, sizeof percent, "%.1f",
                100.0 * to_real(state.done) / to_real(state.units));
  return concat(state.done, " of ", state.units, " done (", percent, "%), ", state.failed,
                " failed, ", state.pending, " pending");
}

std::string run_text(const SweepState& state) {
  if (!state.run) return "no";
  std::string text = concat("on ", state.run->host, ", process ", state.run->process, ", ",
                            state.run->ranks, state.run->ranks == 1 ? " rank" : " ranks");
  if (!state.run->slurm_job.empty()) text += ", Slurm job " + state.run->slurm_job;
  return text + ", for " + sweep::clock_text(state.elapsed);
}

std::string rate_text(const SweepState& state) {
  return concat(short_number(state.rate), " units/s",
                state.left ? concat(", ", sweep::clock_text(*state.left), " left") : std::string());
}

std::string failure_text(const store::Record& record, const store::Failure& failure) {
  return concat("unit ", failure.unit, " (", record.grid().describe(failure.unit),
                "): ", failure.message);
}

}  // namespace syncgap::app
