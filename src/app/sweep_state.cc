#include "app/sweep_state.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "app/machine.h"
#include "app/sizes.h"
#include "core/check.h"
#include "core/clock.h"
#include "core/numbers.h"
#include "sweep/progress.h"

namespace syncgap::app {

SweepState look_at(const std::string& path) {
  SweepState state;
  // Before the statuses: if nobody runs it now, nothing is written after they are read.
  state.run = store::running(path);
  state.teams = store::team_notes(path);
  state.record = store::read_overview(path);
  const auto& statuses = state.record.statuses;
  state.units = statuses.size();
  state.done = count(statuses, store::UnitStatus::done);
  state.failed = count(statuses, store::UnitStatus::failed);
  state.pending = count(statuses, store::UnitStatus::pending);
  state.not_needed = count(statuses, store::UnitStatus::not_needed);
  for (const double seconds : state.record.seconds) {
    if (!std::isfinite(seconds)) continue;
    state.seconds += seconds;
    state.longest = std::max(state.longest, seconds);
  }
  // A kill may leave the message of a unit that is pending again.
  for (const auto& failure : state.record.failures)
    if (statuses[failure.unit] == byte(store::UnitStatus::failed))
      state.failures.push_back(failure);
  if (!state.run) return state;
  if (const double age = monotonic_time() - state.run->started;
      state.run->host == host_name() && age >= 0)
    state.elapsed = age;
  if (state.run->teams >= 1 && state.done + state.failed > 0 && state.seconds > 0) {
    state.rate = to_real(state.run->teams) * to_real(state.done + state.failed) / state.seconds;
    state.left = to_real(state.pending) / *state.rate;
  }
  return state;
}

ExitCode end_of(const SweepState& state) {
  if (state.pending > 0) return ExitCode::drained;
  return state.failed > 0 ? ExitCode::units_failed : ExitCode::done;
}

std::string headline(const SweepState& state) {
  const store::RecordHeader& header = state.record.header;
  return concat("experiment ", header.experiment, ": ", header.title,
                header.profile.empty() ? "" : ", profile ", header.profile);
}

std::string units_text(const SweepState& state) {
  char percent[16];
  std::snprintf(percent, sizeof percent, "%.1f",
                100.0 * to_real(state.done) / to_real(state.units));
  std::string text = concat(state.done, " of ", state.units, " done (", percent, "%), ",
                            state.failed, " failed, ", state.pending, " pending");
  // Which of them its goals need shows as it goes.
  if (state.pending > 0 && !state.record.header.goals.text.empty()) text += " at most";
  if (state.not_needed > 0) text += concat(", ", state.not_needed, " not needed");
  return text;
}

std::string run_text(const SweepState& state) {
  if (!state.run) return "no";
  if (state.run->process == 0) return "yes, under another name of this file";
  std::string text = concat("on ", state.run->host, ", process ", state.run->process, ", ",
                            state.run->ranks, state.run->ranks == 1 ? " rank" : " ranks");
  if (!state.run->slurm_job.empty()) text += ", Slurm job " + state.run->slurm_job;
  if (state.elapsed) text += ", for " + sweep::clock_text(*state.elapsed);
  return text;
}

std::string rate_text(const SweepState& state) {
  if (!state.rate) return "time left not known yet";
  const bool goals = !state.record.header.goals.text.empty();
  return concat(short_number(*state.rate), " units/s, ", goals ? "at most " : "",
                sweep::clock_text(*state.left), " left");
}

std::string failure_text(const SweepState& state, const store::Failure& failure) {
  return concat("unit ", failure.unit, " (", state.record.grid.describe(failure.unit),
                "): ", failure.message);
}

}  // namespace syncgap::app
