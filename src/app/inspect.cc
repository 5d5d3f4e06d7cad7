#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <unistd.h>

#include "app/commands.h"
#include "app/json.h"
#include "app/machine.h"
#include "app/sizes.h"
#include "core/check.h"
#include "core/clock.h"
#include "core/numbers.h"
#include "store/lock.h"
#include "store/record.h"
#include "sweep/progress.h"

namespace syncgap::app {
namespace {

using store::Record;
using store::UnitStatus;

struct Tally {
  std::uint64_t units = 0, done = 0, failed = 0, pending = 0;
  double seconds = 0, longest = 0;
};

Tally tally(const store::Overview& record) {
  Tally out;
  out.units = record.statuses.size();
  for (std::uint64_t unit = 0; unit < out.units; ++unit) {
    out.done += record.statuses[unit] == static_cast<std::uint8_t>(UnitStatus::done);
    out.failed += record.statuses[unit] == static_cast<std::uint8_t>(UnitStatus::failed);
    out.pending += record.statuses[unit] == static_cast<std::uint8_t>(UnitStatus::pending);
    const double seconds = record.seconds[unit];
    if (!std::isfinite(seconds)) continue;
    out.seconds += seconds;
    out.longest = std::max(out.longest, seconds);
  }
  return out;
}

/// Units per second of a run: its teams over the mean time inside a unit. Those times are spans of
/// one clock each, whatever the clocks of other hosts say. Nothing before the first unit is
/// finished.
std::optional<double> rate_of(const Tally& sum, const std::optional<store::RunNote>& run) {
  if (!run || run->teams < 1 || sum.done + sum.failed == 0 || !(sum.seconds > 0)) return {};
  return to_real(run->teams) * to_real(sum.done + sum.failed) / sum.seconds;
}

/// Seconds since a run on this host began; nothing where its clock cannot be compared with ours.
std::optional<double> elapsed(const store::RunNote& run) {
  const double seconds = monotonic_time() - run.started;
  if (run.host != host_name() || seconds < 0) return {};
  return seconds;
}

/// As `run` would have ended that left the record like this.
ExitCode state_of(const Tally& sum) {
  if (sum.pending > 0) return ExitCode::drained;
  return sum.failed > 0 ? ExitCode::units_failed : ExitCode::done;
}

unsigned long long wide(std::uint64_t value) { return value; }

void print_run(const std::optional<store::RunNote>& run, const Tally& sum,
               const std::optional<double>& rate) {
  if (!run) {
    std::printf("running    no\n");
    return;
  }
  if (run->process == 0) {
    std::printf("running    yes, under another name of this file\n");
    return;
  }
  std::printf("running    on %s, process %lld, %lld %s", run->host.c_str(),
              static_cast<long long>(run->process), static_cast<long long>(run->ranks),
              run->ranks == 1 ? "rank" : "ranks");
  if (!run->slurm_job.empty()) std::printf(", Slurm job %s", run->slurm_job.c_str());
  if (const auto since = elapsed(*run)) std::printf(", for %s", sweep::clock_text(*since).c_str());
  if (rate)
    std::printf(", %s units/s, %s left", short_number(*rate).c_str(),
                sweep::clock_text(to_real(sum.pending) / *rate).c_str());
  else
    std::printf(", time left not known yet");
  std::printf("\n");
}

}  // namespace

ExitCode show_status(const std::string& path, Format format) {
  const store::Overview record = store::read_overview(path);
  const Tally sum = tally(record);
  const auto run = store::running(path);
  const auto rate = rate_of(sum, run);
  // A kill may leave the message of a unit that is pending again.
  auto failures = record.failures;
  std::erase_if(failures, [&](const store::Failure& failure) {
    return record.statuses[failure.unit] != static_cast<std::uint8_t>(UnitStatus::failed);
  });
  if (format == Format::json) {
    Json listed = Json::array();
    for (const store::Failure& failure : failures)
      listed.push_back({{"unit", failure.unit},
                        {"coordinates", record.grid.describe(failure.unit)},
                        {"message", failure.message}});
    print_json({{"experiment", record.header.experiment},
                {"title", record.header.title},
                {"units", sum.units},
                {"done", sum.done},
                {"failed", sum.failed},
                {"pending", sum.pending},
                {"unit_seconds", sum.seconds},
                {"running", run.has_value()},
                {"units_per_second", rate ? Json(*rate) : Json()},
                {"seconds_left", rate ? Json(to_real(sum.pending) / *rate) : Json()},
                {"failures", listed}});
    return state_of(sum);
  }
  std::printf("record     %s\n", path.c_str());
  std::printf("experiment %s: %s%s%s\n", record.header.experiment.c_str(),
              record.header.title.c_str(), record.header.profile.empty() ? "" : ", profile ",
              record.header.profile.c_str());
  std::printf("units      %llu of %llu done (%.1f%%), %llu failed, %llu pending\n", wide(sum.done),
              wide(sum.units), 100.0 * to_real(sum.done) / to_real(sum.units), wide(sum.failed),
              wide(sum.pending));
  std::printf("time       %s s inside units, the longest %s s\n", short_number(sum.seconds).c_str(),
              short_number(sum.longest).c_str());
  print_run(run, sum, rate);
  constexpr std::size_t kShown = 20;
  for (std::size_t i = 0; i < std::min(kShown, failures.size()); ++i)
    std::printf("failed     unit %llu (%s): %s\n", wide(failures[i].unit),
                record.grid.describe(failures[i].unit).c_str(), failures[i].message.c_str());
  if (failures.size() > kShown)
    std::printf("failed     and %zu more, see --json\n", failures.size() - kShown);
  return state_of(sum);
}

ExitCode verify_record(const std::string& path) {
  const Record record(path, Record::Access::read);
  const auto statuses = record.statuses();
  const auto damaged = record.damaged(0, record.unit_count(), statuses);
  const std::uint64_t done =
      std::count(statuses.begin(), statuses.end(), static_cast<std::uint8_t>(UnitStatus::done));
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
