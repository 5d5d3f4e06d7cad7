#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "parallel/communicator.h"
#include "parallel/host_watch.h"
#include "parallel/task_counter.h"
#include "store/record.h"
#include "sweep/drain.h"
#include "sweep/progress.h"
#include "sweep/selection.h"
#include "sweep/unit_work.h"

namespace syncgap::sweep {

struct SweepSettings {
  int ranks_per_unit = 1;
  bool retry_failed = false;
  ProgressStyle progress = ProgressStyle::silent;
  const UnitNote* note = nullptr;  ///< shown beside the progress
  /// Told by the first rank of a team which unit it begins; without one when nothing is left.
  std::function<void(std::int64_t team, std::optional<std::uint64_t> unit)> announce = {};
  /// MPI_THREAD_MULTIPLE: a monitor thread may keep remote claims moving across nodes.
  bool threads_may_call_mpi = false;
  /// How claims travel; without a value as is quickest here. And whether rank 0 keeps them moving
  /// even where that seems not needed.
  std::optional<parallel::TaskCounter::Transport> claims;
  bool always_drive = false;
  /// Seconds a claim keeps the counter busy, in place of what its transport says; estimates then
  /// count as seconds. For tests of claims of several units on one node.
  std::optional<double> claim_service;
  /// With one, the sweep goes in rounds until its goals are reached; else every unit is run.
  const Selection* selection = nullptr;
  /// What happens when a host vanishes; without `leave` the others wait for it.
  parallel::HostWatch::Settings hosts;
};

/// The state of the record after a run, the same on all ranks.
struct SweepOutcome {
  std::uint64_t units = 0;
  std::uint64_t done_before = 0;  ///< done and intact when the run began
  std::uint64_t damaged = 0;      ///< done units whose cells failed their checksum; run again
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  std::uint64_t pending = 0;
  std::uint64_t not_needed = 0;  ///< left out because the goals are reached without them
  bool drained = false;          ///< stopped by a signal or the wall with units left
  double seconds = 0;            ///< wall-clock time of the run
  double survey_seconds = 0;     ///< of it, reading statuses and checking checksums at the start
  double sync_seconds = 0;       ///< of it, waiting for the disk at the end
  double busy_seconds = 0;       ///< time spent inside units, summed over teams
  int teams = 1;
  std::optional<double>
      claim_seconds;   ///< what a claim takes from another node, where there is one
  std::string broken;  ///< why a rank had to stop; empty when none did
};

/// Runs every pending unit of an open record, or of a sweep with goals those that these need.
/// Collective over `ranks`; claims are dynamic, longest first; a failing unit is recorded and the
/// others go on. Units done and intact are never run again.
SweepOutcome run_sweep(const store::Record& record, const parallel::Communicator& ranks,
                       const UnitWork& work, const SweepSettings& settings,
                       const DrainWatch& drain);

}  // namespace syncgap::sweep
