#include <cmath>
#include <csignal>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweep/runner_on_ranks.h"

namespace syncgap::sweep {
namespace {

using parallel::Communicator;
using store::Record;
using testing::Each;

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

}  // namespace
}  // namespace syncgap::sweep
