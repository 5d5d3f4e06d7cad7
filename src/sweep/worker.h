#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/results.h"
#include "parallel/communicator.h"
#include "parallel/host_watch.h"
#include "parallel/task_counter.h"
#include "store/record.h"
#include "sweep/drain.h"
#include "sweep/shared_order.h"
#include "sweep/unit_work.h"

namespace syncgap::sweep {

// Slots of the shared counter, and what the share of the cost is counted in.
constexpr int kClaims = 0, kFinished = 1, kFailures = 2, kCost = 3;
constexpr double kCostScale = 1e12;

/// One rank's part of the sweep: claims units with its team, runs them, writes them, until none is
/// left or a drain begins. Refers to what it is given.
class Worker {
 public:
  struct Surroundings {
    const store::Record& record;
    const UnitWork& work;
    const DrainWatch& drain;
    const parallel::Communicator& ranks;
    const parallel::Communicator& team;
    parallel::TaskCounter& counter;
    parallel::HostWatch* hosts = nullptr;
    const SharedOrder& order;
    std::uint64_t failures_before = 0;
    /// Seconds between questions and news to the counter that are no claims, where that is more
    /// than is usual: those of all ranks would else keep claims from it.
    double ask_every = 0;
    /// Which unit the team begins; without one when nothing is left.
    std::function<void(std::optional<std::uint64_t>)> announce = {};
  };

  explicit Worker(Surroundings around);

  void loop();

  bool leads() const { return around_.team.rank() == 0; }
  bool drained() const { return drained_; }
  std::uint64_t done() const { return done_; }
  std::uint64_t failed() const { return failed_; }
  double busy_seconds() const { return busy_seconds_; }
  /// Why nothing more could be written; empty if all could.
  const std::string& broken() const { return broken_; }

 private:
  void waits(bool does);
  void announce(std::optional<std::uint64_t> unit);
  /// The place in the order of the unit to run now, of those claimed or by a new claim; past the
  /// last one if there is none.
  std::uint64_t next();
  void end_claims();
  /// Looks at this rank's own signals at once and at those of the others now and then, and tells
  /// them of its own.
  bool stop_requested();
  bool time_to_ask() const;
  bool others_stop();
  /// What a unit may take, from those this rank has run: none of a longer estimate took longer.
  double expected_seconds(std::uint64_t index) const;
  void run(std::uint64_t index);
  void commit(const Unit& unit, double seconds);
  /// What the other ranks learn of a unit that ran; the message of one that failed.
  void tell(const Unit& unit, double seconds, const std::string& problem);
  /// The record cannot be written if `write` throws: nothing more is begun, here or elsewhere.
  template <class Write>
  void guarded(const Write& write) {
    try {
      write();
    } catch (const std::exception& error) {
      broken_ = error.what();
    }
  }
  void share_progress();

  Surroundings around_;
  bool spans_hosts_;  // a lost host may then leave this rank waiting inside a unit
  Results results_;
  SharedOrder::Places claimed_;  // those of the last claim that are left
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

}  // namespace syncgap::sweep
