// Units that fail, and records that change under a sweep.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "error_text.h"
#include "parallel/together.h"
#include "sweep/runner_on_ranks.h"

namespace syncgap::sweep {
namespace {

using parallel::Communicator;
using store::Record;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

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
