#include "sweep/runner.h"

#include <array>
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
  order.total_estimate = ranks.broadcast(order.total_estimate);
  order.units.resize(ranks.broadcast(std::uint64_t{order.units.size()}));
  ranks.broadcast(order.units);
  return order;
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
  Worker worker({record, work, drain, ranks, team, counter, hosts ? &*hosts : nullptr, order,
                 past.failures, [&settings, my_team](std::optional<std::uint64_t> unit) {
                   if (settings.announce) settings.announce(my_team, unit);
                 }});
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
    const double synced = seconds_since(wrote);
    ranks.sleeping_barrier();
    outcome.sync_seconds = ranks.maximum(synced);
  }
  // Counts are exact in doubles: one sum over the ranks serves them all.
  std::array<double, 5> sums{to_real(int{worker.drained()}), to_real(worker.done()),
                             to_real(worker.failed()), worker.leads() ? worker.busy_seconds() : 0.0,
                             to_real(int{!broken.empty()})};
  ranks.sum(sums);
  outcome.drained = sums[0] > 0;
  outcome.done = past.done + static_cast<std::uint64_t>(sums[1]);
  outcome.failed = past.failed + static_cast<std::uint64_t>(sums[2]);
  outcome.busy_seconds = sums[3];
  outcome.pending = outcome.units - outcome.done - outcome.failed;
  if (sums[4] > 0)
    outcome.broken = parallel::first_of(ranks, broken);
  else
    outcome.broken = ranks.broadcast(ranks.rank() == 0 ? settle(record, outcome) : std::string());
  outcome.seconds = ranks.broadcast(seconds_since(start));
  return outcome;
}

}  // namespace syncgap::sweep
