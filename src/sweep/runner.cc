#include "sweep/runner.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "core/check.h"
#include "core/clock.h"
#include "core/numbers.h"
#include "parallel/task_counter.h"
#include "parallel/together.h"

namespace syncgap::sweep {
namespace {

using parallel::Communicator;
using parallel::HostWatch;
using parallel::TaskCounter;
using parallel::together;
using store::Record;
using store::UnitStatus;

// Slots of the shared counter.
constexpr int kClaims = 0, kFinished = 1, kFailures = 2, kCost = 3;
// Added to the claims when a rank drains: every later claim is then past the last unit (2^32 at
// most), and millions of ranks may add it before the counter overflows.
constexpr std::int64_t kDrained = std::int64_t{1} << 40;
// Progress is shared in steps: often enough for a person, rare enough to cost nothing.
constexpr double kShareEvery = 0.05;
// Rank 0 looks this often whether the record is still at its place.
constexpr double kLookEvery = 1.0;
constexpr double kCostScale = 1e12;

std::uint8_t byte(UnitStatus status) { return static_cast<std::uint8_t>(status); }

std::uint64_t count(const std::vector<std::uint8_t>& statuses, UnitStatus status) {
  return std::count(statuses.begin(), statuses.end(), byte(status));
}

/// What is left of the record's past: every rank checks its share of the finished units.
struct Survey {
  std::vector<std::uint8_t> statuses;
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  std::uint64_t damaged = 0;
  std::uint64_t failures = 0;  // entries in the failure table
};

Survey survey(const Record& record, const Communicator& ranks, bool retry_failed) {
  constexpr std::uint8_t kDamaged = 3;
  Survey out;
  out.statuses.resize(record.unit_count());
  together(ranks, [&] {
    if (ranks.rank() == 0) out.statuses = record.statuses();
  });
  ranks.broadcast(out.statuses);
  together(ranks, [&] {
    const std::uint64_t units = record.unit_count();
    const std::uint64_t size = ranks.size();
    const std::uint64_t rank = ranks.rank();
    for (const std::uint64_t unit :
         record.damaged(units * rank / size, units * (rank + 1) / size, out.statuses))
      out.statuses[unit] = kDamaged;
  });
  ranks.maximum(out.statuses);
  for (std::uint8_t& status : out.statuses) {
    if (status == kDamaged)
      ++out.damaged;
    else if (!retry_failed || status != byte(UnitStatus::failed))
      continue;
    status = kDamaged;
  }
  together(ranks, [&] {
    if (ranks.rank() != 0) return;
    for (std::uint64_t unit = 0; unit < out.statuses.size(); ++unit)
      if (out.statuses[unit] == kDamaged) record.reset(unit);
    // The table goes after the statuses: a kill in between leaves a message too many, not one
    // missing.
    std::vector<store::Failure> failures;
    for (auto& failure : record.failures())
      if (out.statuses[failure.unit] == byte(UnitStatus::failed))
        failures.push_back(std::move(failure));
    record.write_failures(failures);
    out.failures = failures.size();
  });
  out.failures = ranks.broadcast(out.failures);
  std::replace(out.statuses.begin(), out.statuses.end(), kDamaged, byte(UnitStatus::pending));
  out.done = count(out.statuses, UnitStatus::done);
  out.failed = count(out.statuses, UnitStatus::failed);
  return out;
}

/// The order all ranks claim from: made on rank 0, which alone reads the measured seconds.
Order shared_order(const Record& record, const Communicator& ranks, const UnitWork& work,
                   const Survey& past) {
  Order order;
  together(ranks, [&] {
    if (ranks.rank() != 0) return;
    CostModel model(record.grid());
    if (past.done > 0) model.learn(work.cost, past.statuses, record.seconds());
    order = order_units(record.grid(), work.cost, model, past.statuses);
  });
  order.total_estimate = ranks.sum(order.total_estimate);
  order.units.resize(ranks.broadcast(std::uint64_t{order.units.size()}));
  ranks.broadcast(order.units);
  return order;
}

/// One rank's part of the sweep.
class Worker {
 public:
  Worker(const Record& record, const UnitWork& work, const DrainWatch& drain,
         const Communicator& ranks, const Communicator& team, TaskCounter& counter,
         HostWatch* hosts, const Order& order, std::uint64_t failures_before,
         std::function<void(std::optional<std::uint64_t>)> announce)
      : record_(record),
        work_(work),
        drain_(drain),
        ranks_(ranks),
        team_(team),
        counter_(counter),
        hosts_(hosts),
        spans_hosts_(!team.on_one_node()),
        order_(order),
        failures_before_(failures_before),
        announce_(std::move(announce)),
        results_(record.layout()) {}

  void loop() {
    waits(true);
    for (;;) {
      const std::uint64_t claimed = team_.broadcast(leads() ? claim() : 0);
      if (claimed >= order_.units.size()) break;
      announce(order_.units[claimed]);
      run(order_.units[claimed]);
    }
    announce({});
    share_progress();
  }

  bool leads() const { return team_.rank() == 0; }
  bool drained() const { return drained_; }
  std::uint64_t done() const { return done_; }
  std::uint64_t failed() const { return failed_; }
  double busy_seconds() const { return busy_seconds_; }
  const std::string& broken() const { return broken_; }

 private:
  void waits(bool does) {
    if (hosts_ != nullptr) hosts_->waits(does || spans_hosts_);
  }

  void announce(std::optional<std::uint64_t> unit) {
    if (leads() && announce_) announce_(unit);
  }

  std::uint64_t claim() {
    const std::uint64_t none = order_.units.size();
    while (broken_.empty() && !left_ && !drain_.now()) {
      const std::uint64_t claimed = counter_.fetch_add(kClaims, 1);
      if (claimed >= none) return none;
      if (!drain_.before_unit(expected_seconds(order_.units[claimed]))) return claimed;
      // It stays pending. The ones after it are shorter and may still fit before the wall.
      drained_ = true;
    }
    end_claims();
    return none;
  }

  void end_claims() {
    // Nothing left to claim is an end, not a drain.
    const std::uint64_t before = counter_.fetch_add(kClaims, kDrained);
    drained_ = drained_ || before < order_.units.size();
  }

  /// Looks at this rank's own signals at once and at those of the others now and then, and tells
  /// them of its own.
  bool stop_requested() {
    if (stopping_) return true;
    if (drain_.now()) {
      end_claims();
      return stopping_ = true;
    }
    if (seconds_since(looked_for_drain_) < kShareEvery) return false;
    looked_for_drain_ = Clock::now();
    waits(true);
    stopping_ = counter_.read(kClaims) >= kDrained;
    waits(false);
    return stopping_;
  }

  /// What a unit may take, from those this rank has run: none of a longer estimate took longer.
  double expected_seconds(std::uint64_t index) const {
    if (!drain_.has_wall()) return 0;
    return std::min(longest_, slowest_ * work_.cost(Unit(record_.grid(), index)));
  }

  void run(std::uint64_t index) {
    const Unit unit(record_.grid(), index);
    const auto start = Clock::now();
    std::string problem;
    bool left = false;
    results_.reset();
    waits(false);
    try {
      work_.run(unit, results_, team_, [this] { return stop_requested(); });
      if (leads()) problem = results_.first_fault();
    } catch (const UnitStopped&) {
      left = true;
    } catch (const std::exception& error) {
      problem = message_of(error);
    }
    problem = parallel::first_of(team_, problem);
    left = team_.maximum(std::int64_t{left}) > 0 && problem.empty();
    const double seconds = seconds_since(start);
    busy_seconds_ += seconds;
    if (left) left_ = drained_ = true;
    if (!left) longest_ = std::max(longest_, seconds);
    if (leads() && !left && problem.empty()) commit(unit, seconds);
    waits(true);
    if (leads() && !left) tell(unit, seconds, problem);
  }

  void commit(const Unit& unit, double seconds) {
    guarded([&] {
      record_.commit(unit.index(), results_.flat(), seconds);
      ++done_;
    });
  }

  /// What the other ranks learn of a unit that ran; the message of one that failed.
  void tell(const Unit& unit, double seconds, const std::string& problem) {
    if (!broken_.empty()) return;
    guarded([&] {
      if (!problem.empty()) {
        const auto slot =
            failures_before_ + static_cast<std::uint64_t>(counter_.fetch_add(kFailures, 1));
        record_.fail(unit.index(), slot, problem, seconds);
        ++failed_;
        std::fprintf(stderr, "syncgap: unit %llu failed (%s): %s\n",
                     static_cast<unsigned long long>(unit.index()), unit.describe().c_str(),
                     problem.c_str());
      }
      ++finished_;
      const double cost = work_.cost(unit);
      if (cost > 0) slowest_ = std::max(slowest_, seconds / cost);
      if (order_.total_estimate > 0) cost_ += cost / order_.total_estimate;
      if (seconds_since(shared_) > kShareEvery) share_progress();
      if (ranks_.rank() == 0 && seconds_since(looked_) > kLookEvery) {
        looked_ = Clock::now();
        record_.check_in_place();
      }
    });
  }

  /// The record cannot be written if `write` throws: nothing more is begun, here or elsewhere.
  template <class Write>
  void guarded(const Write& write) {
    try {
      write();
    } catch (const std::exception& error) {
      broken_ = error.what();
    }
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
  const Communicator& ranks_;
  const Communicator& team_;
  TaskCounter& counter_;
  HostWatch* hosts_;
  bool spans_hosts_;  // a lost host may then leave this rank waiting inside a unit
  const Order& order_;
  std::uint64_t failures_before_;
  std::function<void(std::optional<std::uint64_t>)> announce_;
  Results results_;
  std::uint64_t done_ = 0, failed_ = 0;
  std::int64_t finished_ = 0;  // since progress was shared
  double cost_ = 0;            // of those
  double longest_ = 0;
  double slowest_ = 0;  // greatest ratio of seconds to estimate
  double busy_seconds_ = 0;
  bool drained_ = false;
  bool left_ = false;      // a unit was left at a checkpoint
  bool stopping_ = false;  // a unit was told to stop
  std::string broken_;
  Clock::time_point shared_ = Clock::now();
  Clock::time_point looked_ = Clock::now();
  Clock::time_point looked_for_drain_ = Clock::now();
};

/// Everything this rank wrote is on disk, and rank 0 finds in the record what all ranks wrote.
/// Returns what is wrong, in words; empty if nothing is.
std::string settle(const Record& record, const Communicator& ranks, const SweepOutcome& wrote,
                   const std::string& broken) {
  if (!broken.empty() || ranks.rank() != 0) return broken;
  try {
    record.check_in_place();
    const auto statuses = record.statuses();
    const std::uint64_t done = count(statuses, UnitStatus::done);
    const std::uint64_t failed = count(statuses, UnitStatus::failed);
    if (done == wrote.done && failed == wrote.failed) return {};
    return concat("the record does not hold what was written (", record.path(), ", ", wrote.done,
                  " done and ", wrote.failed, " failed units were, ", done, " and ", failed,
                  " are there): another program wrote to it, or the file system lost something; "
                  "run the job again");
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

SweepOutcome run_sweep(const Record& record, const Communicator& ranks, const UnitWork& work,
                       const SweepSettings& settings, const DrainWatch& drain) {
  SYNCGAP_EXPECTS(settings.ranks_per_unit >= 1 && settings.ranks_per_unit <= ranks.size(),
                  "ranks per unit ", settings.ranks_per_unit, ", ranks ", ranks.size());
  const auto start = Clock::now();
  const Survey past = survey(record, ranks, settings.retry_failed);
  SweepOutcome outcome;
  outcome.units = record.unit_count();
  outcome.done_before = past.done;
  outcome.damaged = past.damaged;
  outcome.survey_seconds = ranks.maximum(seconds_since(start));
  outcome.teams = ranks.size() / settings.ranks_per_unit;
  const Order order = shared_order(record, ranks, work, past);
  const int my_team = ranks.rank() / settings.ranks_per_unit;
  const bool idle = my_team >= outcome.teams;  // left over when the division has a remainder
  const Communicator team =
      settings.ranks_per_unit == 1 ? Communicator() : ranks.split(idle ? -1 : my_team);
  const auto owned_counter = settings.claims
                                 ? std::make_unique<TaskCounter>(ranks, *settings.claims)
                                 : TaskCounter::quickest(ranks, settings.threads_may_call_mpi);
  TaskCounter& counter = *owned_counter;
  outcome.claim_seconds = counter.seconds_measured();
  const bool drive = counter.needs_drive() || settings.always_drive;
  if (drive && counter.transport() != TaskCounter::Transport::window &&
      !settings.threads_may_call_mpi)
    throw std::runtime_error(
        "this MPI library has neither one-sided communication nor threads: claims cannot work");
  std::optional<HostWatch> hosts;
  if (settings.threads_may_call_mpi && settings.hosts.leave) hosts.emplace(ranks, settings.hosts);
  Worker worker(record, work, drain, ranks, team, counter, hosts ? &*hosts : nullptr, order,
                past.failures, [&settings, my_team](std::optional<std::uint64_t> unit) {
                  if (settings.announce) settings.announce(my_team, unit);
                });
  std::string broken;
  {
    std::optional<Monitor> monitor;
    if (ranks.rank() == 0)
      monitor.emplace(
          settings.progress, order.units.size(),
          [&counter, &settings] {
            return ProgressCount{static_cast<std::uint64_t>(counter.peek(kFinished)),
                                 static_cast<std::uint64_t>(counter.peek(kFailures)),
                                 to_real(counter.peek(kCost)) / kCostScale,
                                 settings.note != nullptr ? settings.note->text() : std::string()};
          },
          drive && settings.threads_may_call_mpi ? [&counter] { counter.drive(); }
                                                 : std::function<void()>());
    if (!idle) worker.loop();
    broken = worker.broken();
    if (hosts) hosts->waits(false);
    const auto wrote = Clock::now();
    try {
      record.sync();
    } catch (const std::exception& error) {
      if (broken.empty()) broken = error.what();
    }
    if (hosts) hosts->waits(true);
    outcome.sync_seconds = ranks.maximum(seconds_since(wrote));
  }
  outcome.drained = ranks.maximum(std::int64_t{worker.drained()}) != 0;
  outcome.busy_seconds = ranks.sum(worker.leads() ? worker.busy_seconds() : 0.0);
  outcome.done =
      past.done + static_cast<std::uint64_t>(ranks.sum(static_cast<std::int64_t>(worker.done())));
  outcome.failed = past.failed + static_cast<std::uint64_t>(
                                     ranks.sum(static_cast<std::int64_t>(worker.failed())));
  outcome.pending = outcome.units - outcome.done - outcome.failed;
  broken = parallel::first_of(ranks, broken);
  outcome.broken = parallel::first_of(ranks, settle(record, ranks, outcome, broken));
  outcome.seconds = ranks.maximum(seconds_since(start));
  return outcome;
}

}  // namespace syncgap::sweep
