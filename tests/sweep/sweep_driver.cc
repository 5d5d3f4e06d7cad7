// Runs a sweep of made-up units through the real engine: what the tests with real processes and the
// benchmarks launch under mpirun. Values depend on (unit, index) alone, so any two complete records
// of one shape must be bitwise equal.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <thread>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "core/check.h"
#include "parallel/communicator.h"
#include "store/lock.h"
#include "store/record.h"
#include "sweep/runner.h"

namespace {

using namespace syncgap;

struct Request {
  std::string record, log;
  std::uint64_t units = 100;
  std::size_t doubles = 16;
  double sleep = 0;              // mean seconds a unit sleeps
  double sigma = 0;              // of the logarithm of the sleep
  std::uint64_t order_seed = 0;  // shuffles the claims through made-up costs
  std::int64_t fail = -1, nan = -1, stuck = -1;
  double walltime = 0;
  int ranks_per_unit = 1;
  bool retry_failed = false, json = false;
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

Grid make_grid(const Request& request) {
  Axis unit{"unit_number", AxisRole::split, std::vector<std::int64_t>(request.units), "unit"};
  for (std::uint64_t i = 0; i < request.units; ++i)
    std::get<1>(unit.values)[i] = static_cast<std::int64_t>(i);
  Axis cell{"cell", AxisRole::captured, std::vector<std::int64_t>(request.doubles), "cell"};
  for (std::size_t i = 0; i < request.doubles; ++i)
    std::get<1>(cell.values)[i] = static_cast<std::int64_t>(i);
  return Grid({unit, cell});
}

void run_unit(const Request& request, int log, const Unit& unit, Results& results) {
  if (log >= 0) {
    const std::string line = std::to_string(unit.index()) + "\n";
    if (::write(log, line.data(), line.size()) < 0) throw UnitError("cannot write the log");
  }
  if (request.sleep > 0)
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds_of(request, unit.index())));
  const auto index = static_cast<std::int64_t>(unit.index());
  while (index == request.stuck) std::this_thread::sleep_for(std::chrono::seconds(1));
  if (index == request.fail) throw UnitError("this unit was asked to fail");
  const auto values = results["value"];
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = uniform((unit.index() << 20) + i);
  if (index == request.nan) values[values.size() / 2] = std::nan("");
}

int run(const Request& request, int& argc, char**& argv) {
  const auto started = sweep::DrainWatch::Clock::now();
  const parallel::MpiScope mpi(argc, argv);
  const auto ranks = parallel::Communicator::world();
  const sweep::DrainWatch drain(request.walltime, started);
  store::RecordLock lock;
  if (ranks.rank() == 0) {
    store::RunNote note;
    note.host = "localhost";
    note.process = ::getpid();
    note.ranks = ranks.size();
    lock = store::RecordLock::take(request.record, note);
    if (!std::filesystem::exists(request.record)) {
      store::RecordHeader header;
      header.experiment = "made_up";
      header.identity = concat("units = ", request.units, "\n");
      store::create_record(request.record, header, make_grid(request),
                           {{"value", {"cell"}, "made-up value"}});
    }
  }
  ranks.barrier();
  if (ranks.rank() != 0) lock = store::RecordLock::share(request.record);
  const store::Record record(request.record, store::Record::Access::write);
  const int log =
      request.log.empty() ? -1 : ::open(request.log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  sweep::UnitWork work;
  work.cost = [&](const Unit& unit) {
    if (request.order_seed != 0) return uniform(unit.index() ^ (request.order_seed << 32));
    return request.sleep > 0 ? seconds_of(request, unit.index()) : 1.0;
  };
  work.run = [&](const Unit& unit, Results& results, const parallel::Communicator&) {
    run_unit(request, log, unit, results);
  };
  sweep::SweepSettings settings;
  settings.ranks_per_unit = request.ranks_per_unit;
  settings.retry_failed = request.retry_failed;
  settings.threads_may_call_mpi = mpi.threads_may_call();
  const auto outcome = sweep::run_sweep(record, ranks, work, settings, drain);
  if (ranks.rank() == 0) {
    std::printf(
        "{\"done\": %llu, \"done_before\": %llu, \"damaged\": %llu, \"failed\": %llu, "
        "\"pending\": %llu, \"drained\": %s, \"seconds\": %.9f, \"survey_seconds\": %.9f, "
        "\"busy_seconds\": %.9f, \"teams\": %d, \"broken\": \"%s\"}\n",
        static_cast<unsigned long long>(outcome.done),
        static_cast<unsigned long long>(outcome.done_before),
        static_cast<unsigned long long>(outcome.damaged),
        static_cast<unsigned long long>(outcome.failed),
        static_cast<unsigned long long>(outcome.pending), outcome.drained ? "true" : "false",
        outcome.seconds, outcome.survey_seconds, outcome.busy_seconds, outcome.teams,
        outcome.broken.c_str());
    lock.remove();
  }
  if (!outcome.broken.empty()) return 1;
  return outcome.pending > 0 ? 75 : outcome.failed > 0 ? 3 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  Request request;
  CLI::App cli("Runs a sweep of made-up units.");
  cli.add_option("--record", request.record)->required();
  cli.add_option("--log", request.log, "file that gets a line for every unit begun");
  cli.add_option("--units", request.units);
  cli.add_option("--doubles", request.doubles, "numbers a unit writes");
  cli.add_option("--sleep", request.sleep, "mean seconds a unit sleeps");
  cli.add_option("--sigma", request.sigma, "spread of the logarithm of the sleep");
  cli.add_option("--order-seed", request.order_seed, "claim in a shuffled order");
  cli.add_option("--fail", request.fail);
  cli.add_option("--nan", request.nan);
  cli.add_option("--stuck", request.stuck, "a unit that never ends");
  cli.add_option("--walltime", request.walltime);
  cli.add_option("--ranks-per-unit", request.ranks_per_unit);
  cli.add_flag("--retry-failed", request.retry_failed);
  CLI11_PARSE(cli, argc, argv);
  try {
    return run(request, argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sweep_driver: %s\n", error.what());
    return 2;
  }
}
