#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "error_text.h"
#include "parallel/together.h"
#include "sweep/runner.h"

namespace syncgap::sweep {
namespace {

using parallel::Communicator;
using store::Record;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t kUnits = 48;

/// A record all ranks share, in a folder rank 0 makes and removes.
class RunnerRanks : public testing::Test {
 protected:
  RunnerRanks() {
    if (world_.rank() == 0) {
      std::string name = testing::TempDir() + "/syncgap.runner.XXXXXX";
      folder_ = ::mkdtemp(name.data());
    }
    folder_ = world_.broadcast(folder_);
    path_ = folder_ + "/record.h5";
    if (world_.rank() == 0) {
      std::vector<std::int64_t> seeds(kUnits), cells(5);
      std::iota(seeds.begin(), seeds.end(), 0);
      std::iota(cells.begin(), cells.end(), 0);
      store::RecordHeader header;
      header.identity = "made up";
      store::create_record(
          path_, header,
          Grid({{"seed", AxisRole::split, seeds, ""}, {"cell", AxisRole::captured, cells, ""}}),
          {{"value", {"cell"}, ""}, {"missing", {}, ""}});
    }
    world_.barrier();
    record_.emplace(path_, Record::Access::write);
    work_.cost = [](const Unit&) { return 1.0; };
    work_.run = [this](const Unit& unit, Results& results, const Communicator&,
                       const StopRequest&) {
      ran_.push_back(unit.index());
      fill(unit, results);
    };
  }
  ~RunnerRanks() override {
    world_.barrier();
    std::error_code ignored;
    if (world_.rank() == 0) std::filesystem::remove_all(folder_, ignored);
  }

  static void fill(const Unit& unit, Results& results) {
    for (std::int64_t i = 0; i < 5; ++i)
      results.cells("value").set(static_cast<double>(10 * unit.index() + i), i);
    results.cells("missing").none();
  }

  SweepOutcome run(const SweepSettings& settings = {}, double walltime = 0) {
    const DrainWatch drain(walltime, Clock::now());
    SweepSettings with_threads = settings;
    with_threads.threads_may_call_mpi = true;
    ran_.clear();
    SweepOutcome outcome = run_sweep(*record_, world_, work_, with_threads, drain);
    world_.barrier();
    return outcome;
  }

  std::int64_t runs_in_all() const { return world_.sum(static_cast<std::int64_t>(ran_.size())); }

  void expect_complete() const {
    EXPECT_THAT(record_->statuses(), Each(1));
    for (std::uint64_t unit = 0; unit < kUnits; ++unit)
      for (std::size_t i = 0; i < 5; ++i)
        EXPECT_EQ(record_->values(unit)[i], static_cast<double>(10 * unit + i));
  }

  Communicator world_ = Communicator::world();
  std::string folder_, path_;
  std::optional<Record> record_;
  UnitWork work_;
  std::vector<std::uint64_t> ran_;  // by this rank
};

/// The same with goals: two cells of 40 repetitions, of which the second is spread wider.
class GoalRanks : public RunnerRanks {
 protected:
  static constexpr std::uint64_t kRepetitions = 40;

  GoalRanks() {
    record_.reset();
    path_ = folder_ + "/goals.h5";
    if (world_.rank() == 0) {
      std::vector<std::int64_t> seeds(kRepetitions);
      std::iota(seeds.begin(), seeds.end(), 0);
      store::RecordHeader header;
      header.identity = "made up";
      header.goals = {"{}", {"value"}};
      store::create_record(path_, header,
                           Grid({{"g", AxisRole::split, std::vector<double>{0, 1}, ""},
                                 {"seed", AxisRole::split, seeds, ""}}),
                           {{"value", {}, ""}});
    }
    world_.barrier();
    record_.emplace(path_, Record::Access::write);
    work_.run = [this](const Unit& unit, Results& results, const Communicator&,
                       const StopRequest&) {
      ran_.push_back(unit.index());
      const double sign = unit.integer("seed") % 2 == 0 ? 1 : -1;
      results.cells("value").set(sign * (1 + 2 * unit.real("g")));
    };
  }

  SweepOutcome run_to(double bound) {
    Goals goals;
    goals.precision = {{"value", bound, false, ""}};
    const Selection selection(record_->grid(), record_->layout(), goals);
    SweepSettings settings;
    settings.selection = &selection;
    return run(settings);
  }

  std::uint64_t done_of(std::uint64_t cell) const {
    const auto statuses = record_->statuses();
    std::uint64_t done = 0;
    for (; done < kRepetitions && statuses[cell * kRepetitions + done] == 1; ++done) continue;
    for (std::uint64_t r = done; r < kRepetitions; ++r)
      EXPECT_EQ(statuses[cell * kRepetitions + r], byte(store::UnitStatus::not_needed)) << r;
    return done;
  }
};

TEST_F(GoalRanks, LeaveOutWhatTheyDoNotNeedAndLaterOnesTakeIt) {
  const SweepOutcome wide = run_to(1.2);  // half widths at 16: 0.55 and 1.65
  EXPECT_EQ(done_of(0), 16U);
  const std::uint64_t second = done_of(1);
  EXPECT_GT(second, 25U);
  EXPECT_LT(second, 40U);
  EXPECT_EQ(wide.done, 16 + second);
  EXPECT_EQ(wide.not_needed, 64 - second);
  EXPECT_EQ(wide.pending, 0U);
  EXPECT_EQ(runs_in_all(), static_cast<std::int64_t>(16 + second));
  const auto reached = record_->reached();
  ASSERT_EQ(reached.size(), 2U);
  EXPECT_EQ(reached[0].count, 16);
  EXPECT_NEAR(reached[0].half_width, 2.131450 * std::sqrt(1.0 / 15), 1e-6);  // t_15 at 97.5%
  EXPECT_EQ(reached[0].target, 1.2);

  const SweepOutcome again = run_to(1.2);
  EXPECT_EQ(runs_in_all(), 0);
  EXPECT_EQ(again.done, 16 + second);

  run_to(0.5);
  EXPECT_GT(done_of(0), 16U);
  EXPECT_LT(done_of(0), 40U);
  EXPECT_EQ(done_of(1), 40U);
  EXPECT_FALSE(record_->reached()[1].met());

  const SweepOutcome all = run();  // without goals every unit is run
  EXPECT_EQ(all.done, 80U);
  EXPECT_THAT(record_->statuses(), Each(1));
}

TEST_F(GoalRanks, ADrainedSweepIsNotAtItsEnd) {
  const auto plain = work_.run;
  work_.run = [&](const Unit& unit, Results& results, const Communicator& team,
                  const StopRequest& stop) {
    plain(unit, results, team, stop);
    if (unit.index() == 3) ::raise(SIGTERM);
  };
  const SweepOutcome cut = run_to(1.2);
  EXPECT_TRUE(cut.drained);
  EXPECT_GT(count(record_->statuses(), store::UnitStatus::pending), 0U);
  EXPECT_EQ(count(record_->statuses(), store::UnitStatus::not_needed), 0U);
  work_.run = plain;
  run_to(1.2);
  EXPECT_EQ(done_of(0), 16U);
  EXPECT_GT(done_of(1), 25U);
}

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

/// A claim is said to take so long that one takes two units of `seconds` each.
SweepSettings in_pairs(const Communicator& world, double seconds) {
  SweepSettings settings;
  settings.claim_service = 0.6 * seconds / world.size();
  return settings;
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

TEST_F(RunnerRanks, AUnitOfAClaimThatDoesNotFitBeforeTheWallIsLeftAndTheOthersAreRun) {
  // As single claims do it: long ones are passed over where the wall is too near, in the middle of
  // a claim too.
  const auto length = [](std::uint64_t index) { return index < 24 ? 0.6 : 0.001; };
  work_.cost = [&](const Unit& unit) { return length(unit.index()); };
  const auto plain = work_.run;
  work_.run = [&](const Unit& unit, Results& results, const Communicator& team,
                  const StopRequest& stop) {
    std::this_thread::sleep_for(std::chrono::duration<double>(length(unit.index())));
    plain(unit, results, team, stop);
  };
  const SweepOutcome outcome = run(in_pairs(world_, 0.6), 2.1);
  EXPECT_TRUE(outcome.drained);
  EXPECT_GT(outcome.pending, 0U);
  EXPECT_EQ(static_cast<std::uint64_t>(runs_in_all()), outcome.done);
  const auto statuses = record_->statuses();
  EXPECT_GT(std::count(statuses.begin() + 24, statuses.end(), 1), 0);
  work_.run = plain;
  EXPECT_EQ(run(in_pairs(world_, 0.6)).done, kUnits);
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

TEST_F(RunnerRanks, AFailingUnitIsRecordedWithItsMessageAndTheOthersGoOn) {
  const auto plain = work_.run;
  work_.run = [&](const Unit& unit, Results& results, const Communicator& team,
                  const StopRequest& stop) {
    plain(unit, results, team, stop);
    if (unit.index() == 7) throw UnitError("seven does not converge");
    if (unit.index() == 8) throw std::bad_alloc();
    if (unit.index() == 9) throw std::runtime_error("");
  };
  const SweepOutcome outcome = run();
  EXPECT_EQ(outcome.done, kUnits - 3);
  EXPECT_EQ(outcome.failed, 3U);
  EXPECT_EQ(outcome.pending, 0U);
  std::map<std::uint64_t, std::string> failures;
  for (const auto& failure : record_->failures()) failures[failure.unit] = failure.message;
  EXPECT_EQ(failures.size(), 3U);
  EXPECT_EQ(failures[7], "seven does not converge");
  EXPECT_EQ(failures[8],
            "there was not enough memory (std::bad_alloc): run fewer ranks on a host, "
            "or make the job smaller");
  EXPECT_EQ(failures[9],
            "something failed that should not (without a message): run it again; if "
            "it fails again, it is a bug");
  for (const double x : record_->values(7)) EXPECT_TRUE(std::isnan(x));

  // Failed units stay failed, with their message, until they are to be tried again.
  EXPECT_EQ(run().failed, 3U);
  EXPECT_EQ(runs_in_all(), 0);
  EXPECT_EQ(record_->failures().size(), 3U);
  work_.run = plain;
  SweepSettings again;
  again.retry_failed = true;
  EXPECT_EQ(run(again).done, kUnits);
  EXPECT_EQ(runs_in_all(), 3);
  EXPECT_THAT(record_->failures(), IsEmpty());
  expect_complete();
}

TEST_F(RunnerRanks, ANanIsAFailureUnlessItWasSaidOnPurpose) {
  const auto plain = work_.run;
  work_.run = [&](const Unit& unit, Results& results, const Communicator& team,
                  const StopRequest& stop) {
    plain(unit, results, team, stop);  // says that `missing` has no value
    if (unit.index() == 3) results.cells("value").set(std::nan(""), 2);
    if (unit.index() == 4) results.cells("value").set(std::numeric_limits<double>::infinity(), 0);
    if (unit.index() == 5) results.reset();
    if (unit.index() == 6) results.cells("missing").set(std::nan(""));
  };
  const SweepOutcome outcome = run();
  EXPECT_EQ(outcome.failed, 4U);
  std::map<std::uint64_t, std::string> failures;
  for (const auto& failure : record_->failures()) failures[failure.unit] = failure.message;
  EXPECT_EQ(failures[3],
            "observable 'value' is nan at captured index 2 of 5: the computation diverged or left "
            "the value unset");
  EXPECT_THAT(failures[4], HasSubstr("is inf at captured index 0"));
  EXPECT_THAT(failures[5], HasSubstr("is nan at captured index 0"));
  EXPECT_THAT(failures[6], HasSubstr("observable 'missing' is nan"));
  for (const std::uint64_t unit : {3, 4, 5, 6})
    for (const double x : record_->values(unit)) EXPECT_TRUE(std::isnan(x));
}

TEST_F(RunnerRanks, DamagedUnitsAreRunAgainAndTheOthersKept) {
  run();
  if (world_.rank() == 0) {
    // Writes other values into units 5 and 40, below the checksum.
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(file)), {});
    for (const double value : {51.0, 403.0}) {
      const std::string cell(reinterpret_cast<const char*>(&value), 8);
      const auto at = bytes.find(cell);
      ASSERT_NE(at, std::string::npos);
      file.seekp(static_cast<std::streamoff>(at));
      file.put('\1');
    }
  }
  world_.barrier();
  const SweepOutcome outcome = run();
  EXPECT_EQ(outcome.damaged, 2U);
  EXPECT_EQ(outcome.done_before, kUnits - 2);
  EXPECT_EQ(runs_in_all(), 2);
  EXPECT_EQ(world_.sum(std::int64_t{std::count(ran_.begin(), ran_.end(), 5U)}), 1);
  EXPECT_EQ(world_.sum(std::int64_t{std::count(ran_.begin(), ran_.end(), 40U)}), 1);
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
  const auto plain = work_.run;
  const DrainWatch drain(0, Clock::now());
  std::raise(SIGTERM);
  const SweepOutcome outcome = run_sweep(*record_, world_, work_, {}, drain);
  EXPECT_FALSE(outcome.drained);
  EXPECT_EQ(outcome.done, kUnits);
}

TEST_F(RunnerRanks, BeforeTheWallOnlyUnitsThatFitAreBegun) {
  // The first claims take 600 ms each, the others 1 ms: when the wall is nearer than 600 ms, the
  // long ones that are left are passed over and the short ones still run. Half a long one is left
  // then, so that a busy machine may lose a quarter of a second.
  const auto length = [](std::uint64_t index) { return index < 24 ? 0.6 : 0.001; };
  work_.cost = [&](const Unit& unit) { return length(unit.index()); };
  const auto plain = work_.run;
  work_.run = [&](const Unit& unit, Results& results, const Communicator& team,
                  const StopRequest& stop) {
    std::this_thread::sleep_for(std::chrono::duration<double>(length(unit.index())));
    plain(unit, results, team, stop);
  };
  const SweepOutcome outcome = run({}, 2.1);
  EXPECT_TRUE(outcome.drained);
  EXPECT_GT(outcome.pending, 0U);
  const auto statuses = record_->statuses();
  EXPECT_GT(std::count(statuses.begin() + 24, statuses.end(), 1), 0);
  work_.run = plain;
  EXPECT_EQ(run().done, kUnits);
}

TEST_F(RunnerRanks, AWallInThePastBeginsNothing) {
  const DrainWatch drain(1, Clock::now() - std::chrono::seconds(2));
  const SweepOutcome outcome = run_sweep(*record_, world_, work_, {}, drain);
  EXPECT_TRUE(outcome.drained);
  EXPECT_EQ(outcome.pending, kUnits);
  EXPECT_EQ(runs_in_all(), 0);
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

TEST_F(RunnerRanks, AUnitFailsIfAnyRankOfItsTeamDoes) {
  work_.run = [&](const Unit& unit, Results& results, const Communicator& team,
                  const StopRequest&) {
    fill(unit, results);
    if (unit.index() == 11 && team.rank() == team.size() - 1)
      throw UnitError("the last rank of the team");
  };
  SweepSettings settings;
  settings.ranks_per_unit = std::min(2, world_.size());
  const SweepOutcome outcome = run(settings);
  EXPECT_EQ(outcome.failed, 1U);
  EXPECT_EQ(outcome.done, kUnits - 1);
  ASSERT_EQ(record_->failures().size(), 1U);
  EXPECT_EQ(record_->failures()[0].message, "the last rank of the team");
}

TEST_F(RunnerRanks, ARecordRemovedMeanwhileStopsTheSweepWithAReason) {
  work_.run = [&](const Unit& unit, Results& results, const Communicator&, const StopRequest&) {
    fill(unit, results);
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  };
  const SweepOutcome outcome = run();
  EXPECT_THAT(outcome.broken, HasSubstr("the record is no longer at its place (" + path_));
}

TEST_F(RunnerRanks, ARecordCutMeanwhileIsNoticed) {
  work_.run = [&](const Unit& unit, Results& results, const Communicator&, const StopRequest&) {
    fill(unit, results);
    if (unit.index() == 0)
      std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 1);
  };
  EXPECT_THAT(run().broken, HasSubstr("changed its length while the sweep ran"));
}

TEST_F(RunnerRanks, WhatAnotherProgramChangedIsNoticed) {
  const Record other(path_, Record::Access::write);
  work_.run = [&](const Unit& unit, Results& results, const Communicator&, const StopRequest&) {
    fill(unit, results);
    if (unit.index() != kUnits - 1) return;
    // The first unit was claimed first, perhaps by another rank: what is undone must be there.
    while (other.statuses()[0] == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    other.reset(0);
  };
  work_.cost = [](const Unit& unit) { return static_cast<double>(kUnits - unit.index()); };
  EXPECT_THAT(run().broken, HasSubstr("the record does not hold what was written"));
}

TEST_F(RunnerRanks, AnImpossibleCostIsTheSameErrorOnAllRanks) {
  work_.cost = [](const Unit&) { return -1.0; };
  EXPECT_THAT(error_text<parallel::SharedFailure>([&] { run(); }),
              HasSubstr("the experiment estimates an impossible cost"));
}

}  // namespace
}  // namespace syncgap::sweep
