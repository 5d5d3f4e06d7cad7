// Signals and walls: what is left for the next run.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweep/runner_on_ranks.h"

namespace syncgap::sweep {
namespace {

using parallel::Communicator;

TEST_F(RunnerRanks, ASignalInsideAClaimLeavesItsRestForTheNextRun) {
  const auto plain = work_.run;
  work_.run = [&](const Unit& unit, Results& results, const Communicator& team,
                  const StopRequest& stop) {
    plain(unit, results, team, stop);
    if (unit.index() == 0) std::raise(SIGUSR2);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  };
  const SweepOutcome outcome = run(in_pairs(world_, 1));
  EXPECT_TRUE(outcome.drained);
  EXPECT_EQ(outcome.done + outcome.pending, kUnits);
  EXPECT_EQ(static_cast<std::uint64_t>(runs_in_all()), outcome.done);
  const auto statuses = record_->statuses();
  EXPECT_EQ(statuses[0], byte(store::UnitStatus::done));
  EXPECT_EQ(statuses[1], byte(store::UnitStatus::pending));
  work_.run = plain;
  EXPECT_EQ(run(in_pairs(world_, 1)).done, kUnits);
  EXPECT_EQ(static_cast<std::uint64_t>(runs_in_all()), outcome.pending);
  expect_complete();
}

TEST_F(RunnerRanks, ASignalElsewhereLeavesTheRestOfAClaimEvenWhenNoneIsLeftToClaim) {
  if (world_.size() == 1) return;
  // The first unit of the first claim lasts until all units of other claims are done; the rank that
  // did the last of them gets a signal, which the other one can only hear of inside its claim.
  const parallel::SharedNumbers<std::int64_t> shared(world_, 1);
  const std::atomic_ref<std::int64_t> others(*shared.data());
  const auto plain = work_.run;
  work_.cost = [](const Unit&) { return 0.02; };
  work_.run = [&](const Unit& unit, Results& results, const Communicator& team,
                  const StopRequest& stop) {
    plain(unit, results, team, stop);
    if (unit.index() == 0) {
      while (others.load() < std::int64_t{kUnits} - 2)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
    } else if (others.fetch_add(1) + 1 == std::int64_t{kUnits} - 2) {
      std::raise(SIGUSR2);
    }
  };
  const SweepOutcome outcome = run(in_pairs(world_, 0.02));
  EXPECT_TRUE(outcome.drained);
  EXPECT_EQ(outcome.pending, 1U);
  EXPECT_EQ(record_->statuses()[1], byte(store::UnitStatus::pending));
  work_.run = plain;
  EXPECT_EQ(run().done, kUnits);
  EXPECT_EQ(runs_in_all(), 1);
  expect_complete();
}

TEST_F(RunnerRanks, ASignalOnOneRankDrainsAll) {
  const auto plain = work_.run;
  work_.run = [&](const Unit& unit, Results& results, const Communicator& team,
                  const StopRequest& stop) {
    plain(unit, results, team, stop);
    if (world_.rank() == world_.size() - 1 && ran_.size() == 2) std::raise(SIGUSR2);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  };
  const SweepOutcome outcome = run();
  EXPECT_TRUE(outcome.drained);
  EXPECT_GT(outcome.pending, 0U);
  EXPECT_EQ(outcome.done + outcome.pending, kUnits);
  // Whatever was begun was finished and kept.
  EXPECT_EQ(static_cast<std::uint64_t>(runs_in_all()), outcome.done);
  work_.run = plain;
  EXPECT_EQ(run().done, kUnits);
  EXPECT_EQ(static_cast<std::uint64_t>(runs_in_all()), outcome.pending);
  expect_complete();
}

TEST_F(RunnerRanks, ASignalWithNothingLeftIsNoDrain) {
  run();
  const DrainWatch drain(0, Clock::now());
  std::raise(SIGTERM);
  const SweepOutcome outcome = run_sweep(*record_, world_, work_, {}, drain);
  EXPECT_FALSE(outcome.drained);
  EXPECT_EQ(outcome.done, kUnits);
}

class WallRanks : public RunnerRanks {
 protected:
  /// The first units take 600 ms each, the others 1 ms: when the wall is nearer than 600 ms, the
  /// long ones that are left are passed over and the short ones still run. Half a long one is left
  /// then, so that a busy machine may lose a quarter of a second.
  void expect_long_ones_left(const SweepSettings& settings) {
    const auto length = [](std::uint64_t index) { return index < 24 ? 0.6 : 0.001; };
    work_.cost = [&](const Unit& unit) { return length(unit.index()); };
    const auto plain = work_.run;
    work_.run = [&](const Unit& unit, Results& results, const Communicator& team,
                    const StopRequest& stop) {
      std::this_thread::sleep_for(std::chrono::duration<double>(length(unit.index())));
      plain(unit, results, team, stop);
    };
    const SweepOutcome outcome = run(settings, 2.1);
    EXPECT_TRUE(outcome.drained);
    EXPECT_GT(outcome.pending, 0U);
    EXPECT_EQ(static_cast<std::uint64_t>(runs_in_all()), outcome.done);
    const auto statuses = record_->statuses();
    EXPECT_GT(std::count(statuses.begin() + 24, statuses.end(), 1), 0);
    work_.run = plain;
    EXPECT_EQ(run(settings).done, kUnits);
  }
};

TEST_F(WallRanks, OnlyUnitsThatFitAreBegun) { expect_long_ones_left({}); }

TEST_F(WallRanks, AUnitOfAClaimThatDoesNotFitIsLeftAndTheOthersAreRun) {
  expect_long_ones_left(in_pairs(world_, 0.6));
}

TEST_F(WallRanks, AWallInThePastBeginsNothing) {
  const DrainWatch drain(1, Clock::now() - std::chrono::seconds(2));
  const SweepOutcome outcome = run_sweep(*record_, world_, work_, {}, drain);
  EXPECT_TRUE(outcome.drained);
  EXPECT_EQ(outcome.pending, kUnits);
  EXPECT_EQ(runs_in_all(), 0);
}

}  // namespace
}  // namespace syncgap::sweep
