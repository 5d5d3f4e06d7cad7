#include "sweep/runner.h"

#include <algorithm>
#include <array>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "core/check.h"
#include "core/clock.h"
#include "core/numbers.h"
#include "parallel/nodes.h"
#include "parallel/task_counter.h"
#include "parallel/together.h"
#include "sweep/chunks.h"
#include "sweep/shared_order.h"
#include "sweep/survey.h"
#include "sweep/worker.h"

namespace syncgap::sweep {
namespace {

using parallel::Communicator;
using parallel::HostWatch;
using parallel::TaskCounter;
using parallel::together;
using store::Record;
using store::UnitStatus;

/// Of a sweep with goals what is needed next. On rank 0, while nobody runs a unit.
std::vector<std::uint8_t> select(const Record& record, const Selection& selection,
                                 const std::vector<std::uint8_t>& statuses) {
  // Opening again is what makes a network file system show other nodes' writes.
  const Record fresh(record.path(), Record::Access::read);
  auto choice = selection.choose(statuses, [&](std::uint64_t unit, std::int64_t observable) {
    return fresh.values(unit, observable);
  });
  record.write_reached(choice.reached);
  return std::move(choice.statuses);
}

/// Which units need not be run is said when the goals are reached: until then a sweep that was
/// stopped is not at its end, whatever its statuses are.
void mark_units(const Record& record, const std::vector<std::uint8_t>& recorded,
                const std::vector<std::uint8_t>& chosen) {
  const bool goes_on = count(chosen, UnitStatus::pending) > 0;
  for (std::uint64_t unit = 0; unit < chosen.size(); ++unit) {
    const auto status = chosen[unit] == byte(UnitStatus::not_needed) && goes_on
                            ? byte(UnitStatus::pending)
                            : chosen[unit];
    if (status != recorded[unit]) record.mark(unit, static_cast<UnitStatus>(status));
  }
}

// Three additions to the counter, two of news and a question, in so many times what a chunk takes
// at most, in which every team has one claim: they come to three quarters of the claims.
constexpr double kRarely = 4;

/// What a round runs: known to rank 0 alone, which reads the measured seconds, but for the counts.
struct Next {
  Order order;
  std::optional<CostModel> model;
  std::uint64_t units = 0, not_needed = 0;
};

Next next_round(const Record& record, const Communicator& ranks, const UnitWork& work,
                const SweepSettings& settings) {
  Next next;
  together(ranks, [&] {
    if (ranks.rank() != 0) return;
    const std::vector<std::uint8_t> recorded = record.statuses();
    std::vector<std::uint8_t> statuses = recorded;
    std::replace(statuses.begin(), statuses.end(), byte(UnitStatus::not_needed),
                 byte(UnitStatus::pending));
    if (settings.selection != nullptr) statuses = select(record, *settings.selection, statuses);
    mark_units(record, recorded, statuses);
    CostModel& model = next.model.emplace(record.grid());
    if (count(statuses, UnitStatus::done) > 0) model.learn(work.cost, statuses, record.seconds());
    next.order = order_units(record.grid(), work.cost, model, statuses);
    next.units = next.order.units.size();
    next.not_needed = count(statuses, UnitStatus::not_needed);
  });
  next.units = ranks.broadcast(next.units);
  next.not_needed = ranks.broadcast(next.not_needed);
  return next;
}

/// Everything all ranks wrote is on disk: is it what the record holds? Returns what is wrong, in
/// words; empty if nothing is.
std::string settle(const Record& record, const SweepOutcome& wrote) {
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

/// What one round brought, summed over the ranks.
struct Round {
  std::uint64_t done = 0, failed = 0;
  bool drained = false;
  double busy_seconds = 0, sync_seconds = 0;
  std::string broken;  ///< why a rank had to stop; the lowest one's words
};

/// The ranks of a sweep, from its survey to its end.
class Crew {
 public:
  Crew(const Record& record, const Communicator& ranks, const UnitWork& work,
       const SweepSettings& settings, const DrainWatch& drain)
      : record_(record),
        ranks_(ranks),
        work_(work),
        settings_(settings),
        drain_(drain),
        teams_(ranks.size() / settings.ranks_per_unit),
        my_team_(ranks.rank() / settings.ranks_per_unit),
        nodes_(ranks),
        team_(settings.ranks_per_unit == 1 ? Communicator() : ranks.split(idle() ? -1 : my_team_)) {
  }

  int teams() const { return teams_; }
  /// What a claim takes from another node, once a round has measured it.
  std::optional<double> claim_seconds() const { return claim_seconds_; }

  /// Runs the units that are next. Collective.
  Round run(Next next, std::uint64_t failures_before) {
    const auto owned = claims_ ? std::make_unique<TaskCounter>(ranks_, *claims_)
                       : settings_.claims
                           ? std::make_unique<TaskCounter>(ranks_, *settings_.claims)
                           : TaskCounter::quickest(ranks_, settings_.threads_may_call_mpi);
    TaskCounter& counter = *owned;
    if (!claims_) {
      claim_seconds_ = counter.seconds_measured();
      service_ = settings_.claim_service.value_or(counter.service_seconds());
    }
    claims_ = counter.transport();
    const bool drive = counter.needs_drive() || settings_.always_drive;
    if (drive && counter.transport() != TaskCounter::Transport::window &&
        !settings_.threads_may_call_mpi)
      throw std::runtime_error(
          "this MPI library has neither one-sided communication nor threads: claims cannot work");
    const SharedOrder order = share(std::move(next));
    std::optional<HostWatch> hosts;
    if (settings_.threads_may_call_mpi && settings_.hosts.leave)
      hosts.emplace(ranks_, settings_.hosts);
    Worker worker({record_, work_, drain_, ranks_, team_, counter, hosts ? &*hosts : nullptr, order,
                   failures_before, kRarely * longest_chunk(teams_, service_),
                   [this](std::optional<std::uint64_t> unit) {
                     if (settings_.announce) settings_.announce(my_team_, unit);
                   }});
    std::optional<Monitor> monitor;
    if (ranks_.rank() == 0) watch(monitor, counter, order, drive);
    if (!idle()) worker.loop();
    return end(worker, hosts ? &*hosts : nullptr);
  }

 private:
  /// Left over when the division into teams has a remainder.
  bool idle() const { return my_team_ >= teams_; }

  /// The order where all ranks see it, with claims of several units where single ones would keep
  /// the counter busy. Where no seconds were measured nobody knows whether. Rank 0's own copy is
  /// gone afterwards.
  SharedOrder share(const Next next) const {
    if (service_ == 0) return {nodes_, next.order, {}};  // on all ranks alike
    std::vector<std::uint32_t> ends;
    together(ranks_, [&] {
      if (ranks_.rank() != 0) return;
      if (!next.model->knows_seconds() && !settings_.claim_service) return;
      const auto seconds = [&](std::uint64_t place) {
        const Unit unit(record_.grid(), next.order.units[place]);
        return next.model->expected(unit, work_.cost(unit));
      };
      ends = chunk_ends(next.units, seconds, teams_, service_);
    });
    return {nodes_, next.order, ends};
  }

  void watch(std::optional<Monitor>& monitor, TaskCounter& counter, const SharedOrder& order,
             bool drive) const {
    monitor.emplace(
        settings_.progress, order.units(),
        [&counter, this] {
          return ProgressCount{static_cast<std::uint64_t>(counter.peek(kFinished)),
                               static_cast<std::uint64_t>(counter.peek(kFailures)),
                               to_real(counter.peek(kCost)) / kCostScale,
                               settings_.note != nullptr ? settings_.note->text() : std::string()};
        },
        drive && settings_.threads_may_call_mpi ? [&counter] { counter.drive(); }
                                                : std::function<void()>());
  }

  /// Waits for all, with what each wrote on disk.
  Round end(Worker& worker, HostWatch* hosts) {
    std::string broken = worker.broken();
    if (hosts != nullptr) hosts->waits(false);
    const auto wrote = Clock::now();
    try {
      record_.sync();
    } catch (const std::exception& error) {
      if (broken.empty()) broken = error.what();
    }
    if (hosts != nullptr) hosts->waits(true);
    const double synced = seconds_since(wrote);
    ranks_.sleeping_barrier();
    Round round;
    round.sync_seconds = ranks_.maximum(synced);
    // Counts are exact in doubles: one sum over the ranks serves them all.
    std::array<double, 5> sums{
        to_real(int{worker.drained()}), to_real(worker.done()), to_real(worker.failed()),
        worker.leads() ? worker.busy_seconds() : 0.0, to_real(int{!broken.empty()})};
    ranks_.sum(sums);
    round.drained = sums[0] > 0;
    round.done = static_cast<std::uint64_t>(sums[1]);
    round.failed = static_cast<std::uint64_t>(sums[2]);
    round.busy_seconds = sums[3];
    if (sums[4] > 0) round.broken = parallel::first_of(ranks_, broken);
    return round;
  }

  const Record& record_;
  const Communicator& ranks_;
  const UnitWork& work_;
  const SweepSettings& settings_;
  const DrainWatch& drain_;
  int teams_, my_team_;
  parallel::Nodes nodes_;
  Communicator team_;
  std::optional<TaskCounter::Transport> claims_;  // as the first round found
  std::optional<double> claim_seconds_;
  double service_ = 0;  // seconds a claim keeps the counter
};

}  // namespace

SweepOutcome run_sweep(const Record& record, const Communicator& ranks, const UnitWork& work,
                       const SweepSettings& settings, const DrainWatch& drain) {
  SYNCGAP_EXPECTS(settings.ranks_per_unit >= 1 && settings.ranks_per_unit <= ranks.size(),
                  "ranks per unit ", settings.ranks_per_unit, ", ranks ", ranks.size());
  const auto start = Clock::now();
  const Survey past = survey(record, ranks, settings.retry_failed);
  SweepOutcome outcome;
  outcome.units = record.unit_count();
  outcome.done_before = outcome.done = past.done;
  outcome.failed = past.failed;
  outcome.damaged = past.damaged;
  outcome.survey_seconds = ranks.maximum(seconds_since(start));
  Crew crew(record, ranks, work, settings, drain);
  outcome.teams = crew.teams();
  std::uint64_t failures = past.failures;
  for (;;) {
    Next next = next_round(record, ranks, work, settings);
    outcome.not_needed = next.not_needed;
    if (settings.selection != nullptr && next.units == 0) break;
    const Round round = crew.run(std::move(next), failures);
    outcome.done += round.done;
    outcome.failed += round.failed;
    failures += round.failed;
    outcome.drained = round.drained;
    outcome.busy_seconds += round.busy_seconds;
    outcome.sync_seconds += round.sync_seconds;
    outcome.broken = round.broken;
    if (outcome.broken.empty())
      outcome.broken = ranks.broadcast(ranks.rank() == 0 ? settle(record, outcome) : std::string());
    if (settings.selection == nullptr || outcome.drained || !outcome.broken.empty()) break;
  }
  outcome.claim_seconds = crew.claim_seconds();
  outcome.pending = outcome.units - outcome.done - outcome.failed - outcome.not_needed;
  outcome.seconds = ranks.broadcast(seconds_since(start));
  return outcome;
}

}  // namespace syncgap::sweep
