#include "sweep/runner.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <optional>

#include "core/check.h"
#include "parallel/task_counter.h"

namespace syncgap::sweep {
namespace {

using parallel::Communicator;
using parallel::TaskCounter;
using store::Record;
using store::UnitStatus;

// Slots of the shared counter.
constexpr int kClaims = 0, kFinished = 1, kFailures = 2, kCost = 3;
// Added to the claims when a rank drains: every later claim is then past the last unit.
constexpr std::int64_t kDrained = std::int64_t{1} << 62;
// Progress is shared in steps: often enough for a person, rare enough to cost nothing.
constexpr double kShareEvery = 0.05;
constexpr double kCostScale = 1e12;

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::uint8_t byte(UnitStatus status) { return static_cast<std::uint8_t>(status); }

std::uint64_t count(const std::vector<std::uint8_t>& statuses, UnitStatus status) {
  return static_cast<std::uint64_t>(std::count(statuses.begin(), statuses.end(), byte(status)));
}

/// What is left of the record's past: every rank checks its share of the finished units.
struct Survey {
  std::vector<std::uint8_t> statuses;
  std::uint64_t done = 0;
  std::uint64_t damaged = 0;
  std::uint64_t failures = 0;  // entries in the failure table
};

Survey survey(const Record& record, const Communicator& ranks, bool retry_failed) {
  constexpr std::uint8_t kDamaged = 3;
  Survey out;
  out.statuses.resize(record.unit_count());
  if (ranks.rank() == 0) out.statuses = record.statuses();
  ranks.broadcast(out.statuses);
  const std::uint64_t units = record.unit_count();
  const auto size = static_cast<std::uint64_t>(ranks.size());
  const auto rank = static_cast<std::uint64_t>(ranks.rank());
  for (const std::uint64_t unit :
       record.damaged(units * rank / size, units * (rank + 1) / size, out.statuses))
    out.statuses[unit] = kDamaged;
  ranks.maximum(out.statuses);
  const auto kept = [&](const store::Failure& failure) {
    return !retry_failed && out.statuses[failure.unit] == byte(UnitStatus::failed);
  };
  std::vector<store::Failure> failures;
  if (ranks.rank() == 0) {
    for (auto& failure : record.failures())
      if (kept(failure)) failures.push_back(std::move(failure));
    record.write_failures(failures);
  }
  out.failures = ranks.broadcast(std::uint64_t{failures.size()});
  for (std::uint64_t unit = 0; unit < units; ++unit) {
    std::uint8_t& status = out.statuses[unit];
    const bool again = status == kDamaged || (retry_failed && status == byte(UnitStatus::failed));
    if (!again) continue;
    out.damaged += status == kDamaged;
    status = byte(UnitStatus::pending);
    if (ranks.rank() == 0) record.reset(unit);
  }
  out.done = count(out.statuses, UnitStatus::done);
  return out;
}

/// The order all ranks claim from: made on rank 0, which alone reads the measured seconds.
Order shared_order(const Record& record, const Communicator& ranks, const UnitWork& work,
                   const Survey& past) {
  Order order;
  if (ranks.rank() == 0) {
    CostModel model(record.grid());
    if (past.done > 0) model.learn(work.cost, past.statuses, record.seconds());
    order = order_units(record.grid(), work.cost, model, past.statuses);
  }
  order.total_seconds = ranks.sum(order.total_seconds);
  order.units.resize(ranks.broadcast(std::uint64_t{order.units.size()}));
  ranks.broadcast(order.units);
  return order;
}

/// First value that may not be recorded, in words; empty if all may.
std::string not_finite(const Results& results) {
  const ResultLayout& layout = results.layout();
  for (std::size_t i = 0; i < layout.observables().size(); ++i) {
    if (layout.observables()[i].nan == NanPolicy::allowed) continue;
    const auto values = results.at(i);
    for (std::size_t k = 0; k < values.size(); ++k)
      if (!std::isfinite(values[k]))
        return concat("observable '", layout.observables()[i].name, "' is ", values[k],
                      " at captured index ", k, " of ", values.size(),
                      ": the computation diverged or left the value unset");
  }
  return {};
}

/// One rank's part of the sweep.
class Worker {
 public:
  Worker(const Record& record, const UnitWork& work, const DrainWatch& drain,
         const Communicator& team, TaskCounter& counter, const Order& order,
         std::uint64_t failures_before)
      : record_(record),
        work_(work),
        drain_(drain),
        team_(team),
        counter_(counter),
        order_(order),
        failures_before_(failures_before),
        results_(record.layout()) {}

  void loop() {
    for (;;) {
      const std::uint64_t claimed = team_.broadcast(leads() ? claim() : 0);
      if (claimed >= order_.units.size()) break;
      run(order_.units[claimed]);
    }
    share_progress();
  }

  bool leads() const { return team_.rank() == 0; }
  bool drained() const { return drained_; }
  double busy_seconds() const { return busy_seconds_; }
  const std::string& broken() const { return broken_; }

 private:
  std::uint64_t claim() {
    if (broken_.empty() && !drain_.before_unit(longest_))
      return static_cast<std::uint64_t>(counter_.fetch_add(kClaims, 1));
    // Nothing left to claim is an end, not a drain.
    const auto before = static_cast<std::uint64_t>(counter_.fetch_add(kClaims, kDrained));
    drained_ = before < order_.units.size();
    return order_.units.size();
  }

  void run(std::uint64_t index) {
    const Unit unit(record_.grid(), index);
    const auto start = Clock::now();
    std::string problem;
    results_.reset();
    try {
      work_.run(unit, results_, team_);
      problem = not_finite(results_);
    } catch (const std::exception& error) {
      problem = error.what();
      if (problem.empty()) problem = "the unit failed without a message";
    }
    const double seconds = since(start);
    busy_seconds_ += seconds;
    longest_ = std::max(longest_, seconds);
    if (leads()) keep(index, seconds, problem);
  }

  void keep(std::uint64_t index, double seconds, const std::string& problem) {
    try {
      if (problem.empty()) {
        record_.commit(index, results_.flat(), seconds);
      } else {
        const auto slot =
            failures_before_ + static_cast<std::uint64_t>(counter_.fetch_add(kFailures, 1));
        record_.fail(index, slot, problem, seconds);
        std::fprintf(stderr, "syncgap: unit %llu failed (%s): %s\n",
                     static_cast<unsigned long long>(index), record_.grid().describe(index).c_str(),
                     problem.c_str());
      }
    } catch (const std::exception& error) {
      // The record cannot be written: nothing more is begun, here or on other ranks.
      broken_ = error.what();
      return;
    }
    ++finished_;
    if (order_.total_seconds > 0)
      cost_ += work_.cost(Unit(record_.grid(), index)) / order_.total_seconds;
    if (since(shared_) > kShareEvery) share_progress();
  }

  void share_progress() {
    shared_ = Clock::now();
    if (finished_ == 0) return;
    counter_.fetch_add(kFinished, finished_);
    counter_.fetch_add(kCost, static_cast<std::int64_t>(cost_ * kCostScale));
    finished_ = 0;
    cost_ = 0;
  }

  const Record& record_;
  const UnitWork& work_;
  const DrainWatch& drain_;
  const Communicator& team_;
  TaskCounter& counter_;
  const Order& order_;
  std::uint64_t failures_before_;
  Results results_;
  std::int64_t finished_ = 0;
  double cost_ = 0;
  double longest_ = 0;
  double busy_seconds_ = 0;
  bool drained_ = false;
  std::string broken_;
  Clock::time_point shared_ = Clock::now();
};

}  // namespace

SweepOutcome run_sweep(const Record& record, const Communicator& ranks, const UnitWork& work,
                       const SweepSettings& settings, const DrainWatch& drain) {
  SYNCGAP_EXPECTS(settings.ranks_per_unit >= 1 && settings.ranks_per_unit <= ranks.size());
  const auto start = Clock::now();
  const Survey past = survey(record, ranks, settings.retry_failed);
  const double survey_seconds = ranks.maximum(since(start));
  const Order order = shared_order(record, ranks, work, past);
  const int teams = ranks.size() / settings.ranks_per_unit;
  const int my_team = ranks.rank() / settings.ranks_per_unit;
  const bool idle = my_team >= teams;  // ranks left over when the division has a remainder
  const Communicator team =
      settings.ranks_per_unit == 1 ? Communicator() : ranks.split(idle ? -1 : my_team);
  TaskCounter counter(ranks);
  Worker worker(record, work, drain, team, counter, order, past.failures);
  {
    std::optional<Monitor> monitor;
    const bool remote = settings.threads_may_call_mpi && !ranks.on_one_node();
    if (ranks.rank() == 0)
      monitor.emplace(
          settings.progress, order.units.size(),
          [&counter] {
            return ProgressCount{static_cast<std::uint64_t>(counter.peek(kFinished)),
                                 static_cast<std::uint64_t>(counter.peek(kFailures)),
                                 static_cast<double>(counter.peek(kCost)) / kCostScale};
          },
          remote ? [&counter] { counter.drive(); } : std::function<void()>());
    if (!idle) worker.loop();
    record.sync();
    ranks.barrier();
  }
  SweepOutcome outcome;
  outcome.units = record.unit_count();
  outcome.done_before = past.done;
  outcome.damaged = past.damaged;
  outcome.survey_seconds = survey_seconds;
  outcome.teams = teams;
  outcome.drained = ranks.maximum(std::int64_t{worker.drained()}) != 0;
  outcome.busy_seconds = ranks.sum(worker.leads() ? worker.busy_seconds() : 0.0);
  outcome.seconds = ranks.maximum(since(start));
  // The lowest rank with a problem speaks for all.
  const std::int64_t speaker =
      ranks.size() - 1 -
      ranks.maximum(worker.broken().empty() ? std::int64_t{-1}
                                            : std::int64_t{ranks.size() - 1 - ranks.rank()});
  if (speaker < ranks.size())
    outcome.broken = ranks.broadcast(worker.broken(), static_cast<int>(speaker));
  std::vector<std::uint8_t> statuses(record.unit_count());
  if (ranks.rank() == 0) statuses = record.statuses();
  ranks.broadcast(statuses);
  outcome.done = count(statuses, UnitStatus::done);
  outcome.failed = count(statuses, UnitStatus::failed);
  outcome.pending = count(statuses, UnitStatus::pending);
  return outcome;
}

}  // namespace syncgap::sweep
