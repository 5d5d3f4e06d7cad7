#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <unistd.h>

#include "app/commands.h"
#include "app/goals_text.h"
#include "app/machine.h"
#include "app/open_record.h"
#include "app/sizes.h"
#include "core/check.h"
#include "core/clock.h"
#include "core/version.h"
#include "parallel/communicator.h"
#include "parallel/device.h"
#include "parallel/together.h"
#include "store/lock.h"
#include "store/record.h"
#include "store/team_note.h"
#include "sweep/runner.h"

namespace syncgap::app {
namespace {

using parallel::Communicator;
using parallel::together;
using store::Record;

/// The folder must exist before the lock file can.
void make_folder_of(const std::string& path) {
  std::error_code error;
  const auto folder = std::filesystem::absolute(path).parent_path();
  std::filesystem::create_directories(folder, error);
  require_input(!error, "cannot make the folder for the record (", folder.string(), ", ",
                error.message(), "): choose another place with --record");
}

store::RunNote run_note(const Communicator& ranks, std::int64_t ranks_per_unit) {
  store::RunNote note;
  note.host = host_name();
  note.process = ::getpid();
  note.ranks = ranks.size();
  note.teams = ranks.size() / ranks_per_unit;
  note.started = monotonic_time();
  if (const char* job = std::getenv("SLURM_JOB_ID")) note.slurm_job = job;
  return note;
}

/// Only the first rank's code counts: launchers report the greatest, and some kill the other ranks
/// as soon as one leaves with a code that is not zero.
ExitCode judge(const sweep::SweepOutcome& outcome, const Communicator& ranks) {
  if (ranks.rank() != 0) return ExitCode::done;
  if (!outcome.broken.empty()) return ExitCode::bad_input;
  if (outcome.pending > 0) return ExitCode::drained;
  return outcome.failed > 0 ? ExitCode::units_failed : ExitCode::done;
}

void report(const sweep::SweepOutcome& outcome, const Record& record, bool retried) {
  const std::string& path = record.path();
  const std::uint64_t ran = outcome.done - outcome.done_before;
  // Failed units are left alone unless they are asked for.
  const bool nothing_ran = ran == 0 && outcome.pending == 0 && outcome.damaged == 0 &&
                           (outcome.failed == 0 || !retried) && outcome.broken.empty();
  std::printf("%llu of %llu units done", static_cast<unsigned long long>(outcome.done),
              static_cast<unsigned long long>(outcome.units));
  if (outcome.done_before > 0)
    std::printf(" (%llu before this run)", static_cast<unsigned long long>(outcome.done_before));
  if (outcome.damaged > 0)
    std::printf(", %llu found damaged and run again",
                static_cast<unsigned long long>(outcome.damaged));
  if (outcome.failed > 0)
    std::printf(", %llu failed", static_cast<unsigned long long>(outcome.failed));
  if (outcome.not_needed > 0)
    std::printf(", %llu not needed%s", static_cast<unsigned long long>(outcome.not_needed),
                outcome.pending > 0 ? " so far" : "");
  if (outcome.pending > 0)
    std::printf(", %llu left", static_cast<unsigned long long>(outcome.pending));
  const double capacity = outcome.seconds * outcome.teams;
  if (nothing_ran)
    std::printf("\nnothing is left to run%s\n",
                outcome.failed > 0 ? " but the failed units" : ": the sweep is finished");
  else
    std::printf("\n%llu units in %s s on %d %s, %.1f%% of it inside units\n",
                static_cast<unsigned long long>(ran), short_number(outcome.seconds).c_str(),
                outcome.teams, outcome.teams == 1 ? "rank or team" : "ranks or teams",
                capacity > 0 ? 100 * outcome.busy_seconds / capacity : 0.0);
  for (const std::string& line :
       reached_lines(record.header().goals, record.grid(), record.reached()))
    std::printf("%s\n", line.c_str());
  std::printf("record: %s\n", path.c_str());
  if (outcome.failed > 0)
    std::printf("see why with `syncgap status %s`; run again with --retry-failed\n", path.c_str());
  if (!outcome.broken.empty())
    std::fprintf(stderr, "syncgap: stopped: %s\n", outcome.broken.c_str());
  else if (outcome.pending > 0)
    std::printf("drained: run the same command again to go on\n");
}

void check_ranks(const PlannedJob& planned, const Communicator& ranks) {
  const std::int64_t wanted = planned.job.run.ranks_per_unit;
  require_input(wanted <= ranks.size(), "run.ranks_per_unit is ", wanted, " but there are only ",
                ranks.size(), " ranks (", planned.job.stem,
                "): start more ranks with mpirun -n, or lower it");
  require_input(wanted == 1 || planned.experiment->teams() == experiments::Teams::any,
                "experiment '", planned.experiment->name(),
                "' runs a unit on one rank (run.ranks_per_unit = ", wanted, "): set it to 1");
}

/// Ranks that see other images, or of which only some have a device, would not compute the same.
void check_same_facts(const std::string& identity, const Communicator& ranks) {
  const std::string first = ranks.broadcast(identity);
  together(ranks, [&] {
    const std::string difference = store::identity_difference(first, identity);
    require_input(difference.empty(), "ranks would compute different things (rank ", ranks.rank(),
                  " against rank 0):", difference,
                  "\nGive all ranks the same data, weights and devices");
  });
}

/// The others will never come: nothing that waits for them may be called.
[[noreturn]] void leave_lost_host(const std::string& why, const std::string& path) {
  if (!why.empty())
    std::fprintf(stderr,
                 "\nsyncgap: %s: all units that finished elsewhere are kept (%s); run the same "
                 "command again for the rest\n",
                 why.c_str(), path.c_str());
  std::fflush(nullptr);
  std::_Exit(static_cast<int>(ExitCode::host_lost));
}

/// However a unit ends, its note ends with it.
struct NoteScope {
  sweep::UnitNote& note;
  ~NoteScope() { note.set({}); }
};

}  // namespace

ExitCode run_job(const RunRequest& request, int& argc, char**& argv, Clock::time_point started) {
  // A limit on the size of files is then an error of the write, with a message, not a signal.
  std::signal(SIGXFSZ, SIG_IGN);
  const parallel::MpiScope mpi(argc, argv);
  const Communicator ranks = Communicator::world();
  const bool speaks = ranks.rank() == 0;
  try {
    PlannedJob planned;
    together(ranks, [&] {
      planned = plan_job(request.job);
      check_ranks(planned, ranks);
    });
    const std::string& path = planned.record_path;
    const sweep::DrainWatch drain(planned.job.run.walltime, started);
    store::RecordLock lock;
    std::optional<Record> record;
    together(ranks, [&] {
      if (!speaks) return;
      make_folder_of(path);
      lock = store::RecordLock::take(path, run_note(ranks, planned.job.run.ranks_per_unit));
    });
    const auto device = parallel::device_of_rank(ranks.rank_on_node(), parallel::device_count());
    std::unique_ptr<const experiments::Prepared> work_of_units;
    store::RecordHeader header;
    together(ranks, [&] {
      work_of_units = planned.experiment->prepare(*planned.grid, device);
      header = make_header(planned, work_of_units->facts());
    });
    check_same_facts(header.identity, ranks);
    together(ranks, [&] {
      if (!speaks) return;
      record = open_or_create(planned, header, request.resume, request.extend);
      lock.cover(path);
    });
    together(ranks, [&] {
      if (speaks) return;
      lock = store::RecordLock::share(path);
      record.emplace(path, Record::Access::write);
    });
    if (ranks.on_one_node()) record->writers_share_a_node();
    if (speaks && !request.quiet)
      std::printf("%s, %s: %llu units on %d %s\n", planned.experiment->name().c_str(),
                  planned.job.stem.c_str(), static_cast<unsigned long long>(record->unit_count()),
                  ranks.size(), ranks.size() == 1 ? "rank" : "ranks");
    sweep::UnitNote note;
    store::TeamNoteWriter team_note(lock);
    sweep::UnitWork work;
    work.cost = planned.plan.cost;
    work.run = [&](const Unit& unit, Results& results, const Communicator& team,
                   const sweep::StopRequest& stop) {
      const bool leads = team.rank() == 0;
      const experiments::RunContext context{static_cast<std::uint64_t>(planned.job.run.seed),
                                            parallel::Team(
                                                team, device,
                                                [&, leads] {
                                                  if (leads) team_note.flush();
                                                  return stop();
                                                },
                                                [&, leads](const std::string& text) {
                                                  note.set(text);
                                                  if (leads) team_note.say(text);
                                                })};
      const NoteScope until_done{note};
      work_of_units->run(unit, results, context);
    };
    std::optional<sweep::Selection> selection;
    if (!planned.job.run.goals.empty())
      selection.emplace(record->grid(), record->layout(), planned.job.run.goals);
    sweep::SweepSettings settings;
    settings.selection = selection ? &*selection : nullptr;
    settings.ranks_per_unit = static_cast<int>(planned.job.run.ranks_per_unit);
    settings.retry_failed = request.retry_failed;
    settings.threads_may_call_mpi = mpi.threads_may_call();
    settings.note = &note;
    settings.hosts.leave = [&path](const std::string& why) { leave_lost_host(why, path); };
    settings.announce = [&team_note](std::int64_t team, std::optional<std::uint64_t> unit) {
      team_note.begin(team, unit);
    };
    if (!request.quiet)
      settings.progress =
          ::isatty(STDERR_FILENO) != 0 ? sweep::ProgressStyle::terminal : sweep::ProgressStyle::log;
    const sweep::SweepOutcome outcome = sweep::run_sweep(*record, ranks, work, settings, drain);
    if (speaks) report(outcome, *record, request.retry_failed);
    std::fflush(stdout);
    return judge(outcome, ranks);
  } catch (const InputError& error) {
    if (speaks) std::fprintf(stderr, "syncgap: %s\n", error.what());
    return speaks ? ExitCode::bad_input : ExitCode::done;
  } catch (const parallel::SharedFailure& error) {
    if (speaks) std::fprintf(stderr, "syncgap: internal error: %s\n", error.what());
    return speaks ? ExitCode::internal_error : ExitCode::done;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "syncgap: internal error on rank %d: %s\n", ranks.rank(), error.what());
    if (ranks.size() > 1) parallel::MpiScope::abort(static_cast<int>(ExitCode::internal_error));
    return ExitCode::internal_error;
  }
}

}  // namespace syncgap::app
