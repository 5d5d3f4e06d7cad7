#pragma once

#include <string>
#include <vector>

#include "app/exit_code.h"
#include "app/planned_job.h"
#include "core/clock.h"

namespace syncgap::app {

/// The subcommands. Each prints its result to standard output and throws InputError for what the
/// user can mend; `main` prints that and exits with bad_input.

ExitCode list_experiments();
/// Options, axes and observables of an experiment, as `overrides` of options and axes leave them.
ExitCode show_options(const std::string& experiment, const std::vector<std::string>& overrides);
ExitCode show_version();

enum class Format { text, json };

/// Axes, units, estimated cost, memory, record size and the split over `ranks`; runs nothing.
ExitCode show_plan(const JobRequest& request, int ranks, Format format);

enum class Resume { if_present, required };

struct RunRequest {
  JobRequest job;
  Resume resume = Resume::if_present;
  bool retry_failed = false;
  bool extend = false;  ///< a record with fewer values on split axes gives its units to a new one
  bool quiet = false;
};
/// Collective over all MPI ranks; initialises MPI itself. Messages come from rank 0 only.
ExitCode run_job(const RunRequest& request, int& argc, char**& argv, Clock::time_point started);

/// Returns what a run that left the record like this would have returned: done, drained (units are
/// left) or units_failed.
ExitCode show_status(const std::string& record, Format format);
/// The same again and again, every `interval` seconds, until the sweep ends or somebody presses
/// Ctrl-C: a view that redraws itself on a terminal, else a line whenever something changed.
ExitCode watch_status(const std::string& record, double interval);
ExitCode verify_record(const std::string& record);
/// Seals a record again that another program had open for writing, and verifies it.
ExitCode repair(const std::string& record);
ExitCode pack(const std::string& record, const std::string& output);
/// Joins records of one job in a new one.
ExitCode merge(const std::vector<std::string>& records, const std::string& output);

}  // namespace syncgap::app
