#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/exit_code.h"
#include "store/lock.h"
#include "store/record.h"
#include "store/team_note.h"

namespace syncgap::app {

/// What a record holds at one moment, and what the run on it is doing, if there is one.
struct SweepState {
  store::Overview record;
  std::uint64_t units = 0, done = 0, failed = 0, pending = 0, not_needed = 0;
  double seconds = 0, longest = 0;  ///< inside units: all of them, the longest
  std::optional<store::RunNote> run;
  std::optional<double> elapsed;  ///< seconds of that run; only where its clock is ours
  /// Units a second of that run: its teams over the mean time inside a unit, which are spans of one
  /// clock each, whatever the clocks of other hosts say. Nothing before a unit is finished.
  std::optional<double> rate;
  std::optional<double> left;  ///< seconds until it is through, at that rate
  std::vector<store::TeamNote> teams;
  std::vector<store::Failure> failures;  ///< of units that are failed now
};

/// Of a record or a packed copy of one. Safe while others write. A run that is no longer there has
/// ended: what is read then is final.
SweepState look_at(const std::string& path);

/// As `run` would have ended that left the record like this.
ExitCode end_of(const SweepState& state);

/// "experiment exact_score: title, profile smoke".
std::string headline(const SweepState& state);
/// "128 of 401 done (31.9%), 2 failed, 271 pending", of a sweep with goals also those it left out.
std::string units_text(const SweepState& state);
/// "on node7, process 123, 2 ranks, for 00:01:10"; "no" without a run. Of a run under another name
/// of the file no more is known.
std::string run_text(const SweepState& state);
/// "35.1 units/s, 00:00:08 left".
std::string rate_text(const SweepState& state);
/// "unit 9 (g = 0.3): message".
std::string failure_text(const SweepState& state, const store::Failure& failure);

}  // namespace syncgap::app
