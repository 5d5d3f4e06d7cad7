// What ranks run, and in which order.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweep/runner_on_ranks.h"

namespace syncgap::sweep {
namespace {

using parallel::Communicator;
using testing::Each;

TEST_F(RunnerRanks, EveryUnitRunsOnceAndIsRecorded) {
  const SweepOutcome outcome = run();
  EXPECT_EQ(outcome.units, kUnits);
  EXPECT_EQ(outcome.done, kUnits);
  EXPECT_EQ(outcome.done_before + outcome.failed + outcome.pending + outcome.damaged, 0U);
  EXPECT_FALSE(outcome.drained);
  EXPECT_EQ(outcome.broken, "");
  EXPECT_EQ(outcome.teams, world_.size());
  EXPECT_EQ(runs_in_all(), static_cast<std::int64_t>(kUnits));
  expect_complete();
}

TEST_F(RunnerRanks, ClaimsByMessagesDoTheSame) {
  SweepSettings settings;
  settings.claims = parallel::TaskCounter::Transport::messages;
  EXPECT_EQ(run(settings).done, kUnits);
  EXPECT_EQ(runs_in_all(), static_cast<std::int64_t>(kUnits));
  expect_complete();
}

TEST_F(RunnerRanks, ClaimsOfSeveralUnitsDoTheSame) {
  for (const auto& claims : {std::optional<parallel::TaskCounter::Transport>(),
                             std::optional(parallel::TaskCounter::Transport::messages)}) {
    SweepSettings settings = in_pairs(world_, 1);
    settings.claims = claims;
    const SweepOutcome outcome = run(settings);
    EXPECT_EQ(outcome.done, kUnits);
    EXPECT_FALSE(outcome.drained);
    EXPECT_EQ(runs_in_all(), static_cast<std::int64_t>(kUnits));
    // The first claim takes two neighbours.
    if (!ran_.empty() && ran_[0] == 0) {
      EXPECT_EQ(ran_[1], 1U);
    }
    expect_complete();
    world_.barrier();
    for (std::uint64_t unit = 0; world_.rank() == 0 && unit < kUnits; ++unit) record_->reset(unit);
    world_.barrier();
  }
}

TEST_F(RunnerRanks, ACompleteRecordIsLeftAlone) {
  run();
  const SweepOutcome outcome = run();
  EXPECT_EQ(outcome.done_before, kUnits);
  EXPECT_EQ(outcome.done, kUnits);
  EXPECT_EQ(runs_in_all(), 0);
}

TEST_F(RunnerRanks, LongestUnitsAreClaimedFirst) {
  work_.cost = [](const Unit& unit) { return static_cast<double>(unit.index() % 7); };
  run();
  EXPECT_TRUE(std::is_sorted(ran_.begin(), ran_.end(), [](std::uint64_t a, std::uint64_t b) {
    return a % 7 != b % 7 ? a % 7 > b % 7 : a < b;
  }));
}

TEST_F(RunnerRanks, TeamsRunEachUnitTogetherAndRecordItOnce) {
  const int per_unit = std::min(2, world_.size());
  std::vector<std::int64_t> together;
  work_.run = [&](const Unit& unit, Results& results, const Communicator& team,
                  const StopRequest&) {
    ran_.push_back(unit.index());
    together.push_back(team.sum(std::int64_t{1}));
    EXPECT_EQ(team.broadcast(unit.index()), unit.index());
    fill(unit, results);
    if (team.rank() != 0) results.reset();  // only the first rank's values count
  };
  SweepSettings settings;
  settings.ranks_per_unit = per_unit;
  const SweepOutcome outcome = run(settings);
  EXPECT_EQ(outcome.teams, world_.size() / per_unit);
  EXPECT_EQ(outcome.done, kUnits);
  EXPECT_THAT(together, Each(per_unit));
  EXPECT_EQ(runs_in_all(), static_cast<std::int64_t>(kUnits) * per_unit);
  expect_complete();
}

}  // namespace
}  // namespace syncgap::sweep
