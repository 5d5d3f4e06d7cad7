// Runs a sweep of made-up units through the real engine: what the tests with real processes and the
// benchmarks launch under mpirun. Values depend on (unit, index) alone, so any two complete records
// of one shape must be bitwise equal.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "core/check.h"
#include "parallel/communicator.h"
#include "parallel/together.h"
#include "store/lock.h"
#include "store/record.h"
#include "sweep/runner.h"

namespace {

using namespace syncgap;

constexpr int kHostLost = 69;

struct Request {
  std::string record, log, claims;
  std::uint64_t units = 100, columns = 1;
  std::size_t doubles = 16, observables = 1;
  double sleep = 0;              // mean seconds a unit sleeps
  double sigma = 0;              // of the logarithm of the sleep
  std::uint64_t order_seed = 0;  // shuffles the claims through made-up costs
  std::int64_t fail = -1, nan = -1, stuck = -1;
  double rank0_busy = 0, walltime = 0;
  int ranks_per_unit = 1, fail_on_rank = -1;
  bool retry_failed = false, system_calls = false, drive = false, checkpoints = false;
  bool each_rank_is_a_host = false;
  double lost_after = 0, claim_service = 0;
};

/// SplitMix64: decorrelates neighbouring integers.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

double uniform(std::uint64_t x) {
  return (static_cast<double>(mix(x) >> 11) + 0.5) / 9007199254740992.0;
}

/// Log-normal with the requested mean.
double seconds_of(const Request& request, std::uint64_t unit) {
  const double normal = std::sqrt(-2 * std::log(uniform(2 * unit))) *
                        std::cos(2 * 3.141592653589793 * uniform(2 * unit + 1));
  return request.sleep * std::exp(request.sigma * normal - request.sigma * request.sigma / 2);
}

Axis counted_axis(const std::string& name, AxisRole role, std::uint64_t size) {
  std::vector<std::int64_t> values(size);
  std::iota(values.begin(), values.end(), std::int64_t{0});
  return {name, role, std::move(values), name};
}

/// units = rows * columns; with several columns the coordinates of millions of units stay small.
Grid make_grid(const Request& request) {
  const Axis cell = counted_axis("cell", AxisRole::captured, request.doubles);
  if (request.columns == 1)
    return Grid({counted_axis("unit_number", AxisRole::split, request.units), cell});
  return Grid({counted_axis("row", AxisRole::split, request.units / request.columns),
               counted_axis("column", AxisRole::split, request.columns), cell});
}

std::string value_name(std::size_t i) { return "value" + (i == 0 ? "" : std::to_string(i)); }

std::vector<Observable> make_observables(const Request& request) {
  std::vector<Observable> list;
  for (std::size_t i = 0; i < request.observables; ++i)
    list.push_back({value_name(i), {"cell"}, "made-up value"});
  return list;
}

/// Keeps a processor busy without a call into MPI, as a real computation does.
void compute(double seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end) continue;
}

/// Sleeps, or leaves the unit as one that keeps checkpoints would.
void sleep_in_pieces(double seconds, const sweep::StopRequest& stop) {
  constexpr double kPiece = 0.01;
  for (; seconds > 0; seconds -= kPiece) {
    if (stop()) throw UnitStopped("left at a checkpoint");
    std::this_thread::sleep_for(std::chrono::duration<double>(std::min(kPiece, seconds)));
  }
}

void run_unit(const Request& request, const sweep::StopRequest& stop, int log,
              const parallel::Communicator& ranks, const Unit& unit, Results& results) {
  const std::string line = std::to_string(unit.index()) + "\n";
  if (log >= 0 && ::write(log, line.data(), line.size()) < 0)
    throw UnitError("cannot write the log");
  if (request.checkpoints)
    sleep_in_pieces(seconds_of(request, unit.index()), stop);
  else if (request.sleep > 0)
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds_of(request, unit.index())));
  if (ranks.rank() == 0 && request.rank0_busy > 0) compute(request.rank0_busy);
  const auto index = static_cast<std::int64_t>(unit.index());
  while (index == request.stuck) std::this_thread::sleep_for(std::chrono::seconds(1));
  if (index == request.fail && (request.fail_on_rank < 0 || request.fail_on_rank == ranks.rank()))
    throw UnitError("this unit was asked to fail");
  std::uint64_t at = unit.index() << 20;
  for (std::size_t i = 0; i < request.observables; ++i) {
    static std::vector<std::string> names;  // literals in an experiment
    if (i == names.size()) names.push_back(value_name(i));
    for (double& value : results.cells(names[i]).fill()) value = uniform(at++);
  }
  if (index != request.nan) return;
  const std::size_t middle = results.flat().size() / 2;
  results.cells(value_name(middle / request.doubles)).fill()[middle % request.doubles] =
      std::nan("");
}

/// Greatest resident size this process had, in bytes.
double peak_memory() {
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  return 1024.0 * static_cast<double>(usage.ru_maxrss);
}

void print(const sweep::SweepOutcome& outcome, double memory, double mpi_seconds,
           double units_seconds) {
  const auto wide = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::string broken;
  for (const char c : outcome.broken) broken += c == '"' || c == '\\' ? '\'' : c;
  std::printf(
      "{\"done\": %llu, \"done_before\": %llu, \"damaged\": %llu, \"failed\": %llu, "
      "\"pending\": %llu, \"drained\": %s, \"seconds\": %.9f, \"survey_seconds\": %.9f, "
      "\"sync_seconds\": %.9f, \"busy_seconds\": %.9f, \"teams\": %d, \"peak_memory\": %.0f, "
      "\"mpi_seconds\": %.3f, \"units_seconds\": %.6f, \"claim_seconds\": %.9f, \"broken\": "
      "\"%s\"}\n",
      wide(outcome.done), wide(outcome.done_before), wide(outcome.damaged), wide(outcome.failed),
      wide(outcome.pending), outcome.drained ? "true" : "false", outcome.seconds,
      outcome.survey_seconds, outcome.sync_seconds, outcome.busy_seconds, outcome.teams, memory,
      mpi_seconds, units_seconds, outcome.claim_seconds.value_or(0), broken.c_str());
  std::fflush(stdout);
}

int run(const Request& request, int& argc, char**& argv) {
  const auto started = Clock::now();
  const parallel::MpiScope mpi(argc, argv);
  const double mpi_seconds = seconds_since(started);
  const auto ranks = parallel::Communicator::world();
  const sweep::DrainWatch drain(request.walltime, started);
  store::RecordLock lock;
  std::optional<store::Record> opened;
  parallel::together(ranks, [&] {
    if (ranks.rank() != 0) return;
    store::RunNote note;
    note.host = "localhost";
    note.process = ::getpid();
    note.ranks = note.teams = ranks.size();
    lock = store::RecordLock::take(request.record, note);
    if (!std::filesystem::exists(request.record)) {
      store::RecordHeader header;
      header.experiment = "made_up";
      header.identity = concat("units = ", request.units, "\n");
      // As real ones, records of one job differ by when they were begun.
      header.provenance = {
          {"created", std::to_string(std::chrono::system_clock::now().time_since_epoch().count())}};
      store::create_record(request.record, header, make_grid(request), make_observables(request));
    }
    store::seal_again(request.record);
    lock.cover(request.record);
  });
  parallel::together(ranks, [&] {
    if (ranks.rank() != 0) lock = store::RecordLock::share(request.record);
    opened.emplace(request.record, store::Record::Access::write);
  });
  if (ranks.on_one_node() && !request.system_calls) opened->writers_share_a_node();
  const store::Record& record = *opened;
  const int log =
      request.log.empty() ? -1 : ::open(request.log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  double first_began = std::numeric_limits<double>::infinity(), last_ended = -first_began;
  sweep::UnitWork work;
  work.cost = [&](const Unit& unit) {
    if (request.order_seed != 0) return uniform(unit.index() ^ (request.order_seed << 32));
    return request.sleep > 0 ? seconds_of(request, unit.index()) : 1.0;
  };
  work.run = [&](const Unit& unit, Results& results, const parallel::Communicator&,
                 const sweep::StopRequest& stop) {
    // One clock for all ranks of a host.
    const auto now = [] {
      return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
          .count();
    };
    first_began = std::min(first_began, now());
    run_unit(request, stop, log, ranks, unit, results);
    last_ended = now();
  };
  sweep::SweepSettings settings;
  settings.ranks_per_unit = request.ranks_per_unit;
  settings.retry_failed = request.retry_failed;
  settings.threads_may_call_mpi = mpi.threads_may_call();
  settings.always_drive = request.drive;
  using Transport = parallel::TaskCounter::Transport;
  if (request.claims == "memory") settings.claims = Transport::memory;
  if (request.claims == "messages") settings.claims = Transport::messages;
  if (request.claims == "window") settings.claims = Transport::window;
  if (request.claim_service > 0) settings.claim_service = request.claim_service;
  settings.hosts.each_rank_is_a_host = request.each_rank_is_a_host;
  if (request.lost_after > 0) {
    settings.hosts.lost_after = request.lost_after;
    settings.hosts.beat_every = request.lost_after / 8;
    settings.hosts.leave = [](const std::string& why) {
      if (!why.empty()) std::fprintf(stderr, "sweep_driver: %s\n", why.c_str());
      std::_Exit(kHostLost);
    };
  }
  const auto outcome = sweep::run_sweep(record, ranks, work, settings, drain);
  const double memory = ranks.maximum(peak_memory());
  const double span = ranks.maximum(last_ended) + ranks.maximum(-first_began);
  if (ranks.rank() == 0) print(outcome, memory, mpi_seconds, std::max(span, 0.0));
  if (ranks.rank() != 0) return 0;
  if (!outcome.broken.empty()) return 2;
  return outcome.pending > 0 ? 75 : outcome.failed > 0 ? 3 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  Request request;
  CLI::App cli("Runs a sweep of made-up units.");
  cli.add_option("--record", request.record)->required();
  cli.add_option("--log", request.log, "file that gets a line for every unit begun");
  cli.add_option("--units", request.units);
  cli.add_option("--columns", request.columns, "extent of the second split axis");
  cli.add_option("--doubles", request.doubles, "numbers a unit writes into each observable");
  cli.add_option("--observables", request.observables);
  cli.add_option("--sleep", request.sleep, "mean seconds a unit sleeps");
  cli.add_option("--sigma", request.sigma, "spread of the logarithm of the sleep");
  cli.add_option("--order-seed", request.order_seed, "claim in a shuffled order");
  cli.add_option("--fail", request.fail);
  cli.add_option("--nan", request.nan);
  cli.add_option("--stuck", request.stuck, "a unit that never ends");
  cli.add_option("--fail-on-rank", request.fail_on_rank, "only this rank of a team fails the unit");
  cli.add_option("--rank0-busy", request.rank0_busy,
                 "seconds rank 0 computes in each of its units");
  cli.add_option("--claims", request.claims)
      ->check(CLI::IsMember({"memory", "messages", "window"}));
  cli.add_option("--claim-service", request.claim_service,
                 "seconds a claim is said to keep the counter busy: claims take several units");
  cli.add_flag("--each-rank-is-a-host", request.each_rank_is_a_host);
  cli.add_option("--lost-after", request.lost_after, "seconds until a silent host is lost");
  cli.add_flag("--drive", request.drive, "a thread on rank 0 keeps claims moving");
  cli.add_flag("--system-calls", request.system_calls, "write as ranks on several nodes do");
  cli.add_option("--walltime", request.walltime);
  cli.add_flag("--checkpoints", request.checkpoints, "units leave in the middle when drained");
  cli.add_option("--ranks-per-unit", request.ranks_per_unit);
  cli.add_flag("--retry-failed", request.retry_failed);
  CLI11_PARSE(cli, argc, argv);
  try {
    return run(request, argc, argv);
  } catch (const InputError& error) {
    // Thrown on all ranks alike.
    for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMI_RANK"})
      if (const char* rank = std::getenv(name); rank != nullptr && std::string(rank) != "0")
        return 0;
    std::fprintf(stderr, "sweep_driver: %s\n", error.what());
    return 2;
  }
}
