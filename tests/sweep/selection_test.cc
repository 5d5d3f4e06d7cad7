#include "sweep/selection.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/numbers.h"
#include "core/random.h"
#include "error_text.h"
#include "store/unit_status.h"

namespace syncgap::sweep {
namespace {

using store::UnitStatus;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;

std::vector<std::int64_t> counted(std::int64_t count) {
  std::vector<std::int64_t> values(unsigned_size(count));
  std::iota(values.begin(), values.end(), std::int64_t{0});
  return values;
}

/// A grid of `cells` values of g and `repetitions` of each; one observable with two elements.
struct Made {
  Made(std::int64_t size, std::int64_t repetitions)
      : grid({{"seed", AxisRole::split, counted(repetitions), ""},
              {"g", AxisRole::split, reals(size), ""},
              {"cell", AxisRole::captured, counted(2), ""}}),
        layout(grid, {{"value", {"cell"}, ""}, {"other", {}, ""}}),
        statuses(grid.unit_count(), byte(UnitStatus::pending)),
        cells(grid) {}

  static std::vector<double> reals(std::int64_t count) {
    std::vector<double> values;
    for (std::int64_t i = 0; i < count; ++i) values.push_back(to_real(i));
    return values;
  }

  /// Runs what is chosen until nothing more is; returns the rounds.
  int run(const Selection& selection, const Selection::Values& values) {
    for (int rounds = 0;; ++rounds) {
      choice = selection.choose(statuses, values);
      if (count(choice.statuses, UnitStatus::pending) == 0) return rounds;
      for (std::size_t unit = 0; unit < statuses.size(); ++unit)
        if (choice.statuses[unit] == byte(UnitStatus::pending))
          statuses[unit] = byte(UnitStatus::done);
    }
  }
  std::uint64_t done(std::uint64_t cell) const {
    std::uint64_t found = 0;
    for (std::uint64_t r = 0; r < cells.repetitions(); ++r)
      found += statuses[cells.unit(cell, r)] == byte(UnitStatus::done) ? 1 : 0;
    return found;
  }

  Grid grid;
  ResultLayout layout;
  std::vector<std::uint8_t> statuses;
  RepeatedCells cells;
  Selection::Choice choice = {};
};

Goals precise(double bound, bool relative = false) {
  Goals goals;
  goals.precision = {{"value", bound, relative, "job.toml:9"}};
  return goals;
}

Goals refined(double tolerance, std::int64_t first = 5) {
  Goals goals;
  goals.refine = Refinement{"g", "other", tolerance, first, "job.toml:9"};
  return goals;
}

/// Standard normals, `spread[cell]` wide around 1.
Selection::Values normals(const Made& made, const std::vector<double>& spread) {
  return [&made, spread](std::uint64_t unit, std::int64_t) {
    const std::uint64_t cell = unit % spread.size();
    const RandomStream stream(1, "made up", {static_cast<std::int64_t>(cell)});
    const double normal = stream.normal<double>(unit / made.cells.count(), 0, 0);
    return std::vector<double>{1 + spread[cell] * normal, 5.0};
  };
}

TEST(Selection, TakesRepetitionsInOrderAndMoreWhereTheSpreadIsWider) {
  Made made(3, 200);
  const Selection selection(made.grid, made.layout, precise(0.25));
  const auto first = selection.choose(made.statuses, normals(made, {0, 1, 2}));
  for (std::uint64_t cell = 0; cell < 3; ++cell)
    for (std::uint64_t r = 0; r < 200; ++r)
      EXPECT_EQ(first.statuses[made.cells.unit(cell, r)],
                byte(r < 16 ? UnitStatus::pending : UnitStatus::not_needed));
  EXPECT_GE(made.run(selection, normals(made, {0, 1, 2})), 3);
  EXPECT_EQ(made.done(0), 16U) << "no spread: the first look is enough";
  // Known spreads would need (1.96 / 0.25)^2 = 61 and 246 repetitions; the cap is 200.
  EXPECT_NEAR(to_real(made.done(1)), 61, 30);
  EXPECT_EQ(made.done(2), 200U);
  EXPECT_TRUE(made.choice.reached[0].met());
  EXPECT_TRUE(made.choice.reached[1].met());
  EXPECT_EQ(made.choice.reached[1].count, static_cast<std::int64_t>(made.done(1)));
  EXPECT_FALSE(made.choice.reached[2].met());
  EXPECT_GT(made.choice.reached[2].half_width, 0.25);
}

TEST(Selection, DependsOnTheRoundsAloneWhateverElseIsThere) {
  const std::vector<double> spread{0.5, 1};
  Made undisturbed(2, 100), with_more(2, 100);
  const Selection selection(undisturbed.grid, undisturbed.layout, precise(0.3));
  undisturbed.run(selection, normals(undisturbed, spread));
  // Units of a wider goal, or of a run that was killed.
  for (std::uint64_t r = 20; r < 60; r += 3)
    with_more.statuses[with_more.cells.unit(1, r)] = byte(UnitStatus::done);
  with_more.run(selection, normals(with_more, spread));
  for (std::size_t i = 0; i < undisturbed.choice.reached.size(); ++i) {
    EXPECT_EQ(with_more.choice.reached[i].count, undisturbed.choice.reached[i].count);
    EXPECT_EQ(with_more.choice.reached[i].half_width, undisturbed.choice.reached[i].half_width);
  }
}

TEST(Selection, StoppingEarlyLeavesTheIntervalsTheirCoverage) {
  // 2,000 repetitions of the whole experiment: cells that know nothing of each other.
  constexpr std::int64_t kExperiments = 2000;
  for (const double bound : {0.8, 0.5, 0.3}) {
    Made made(kExperiments, 300);
    const Selection selection(made.grid, made.layout, precise(bound));
    const auto values = normals(made, std::vector<double>(kExperiments, 1.0));
    made.run(selection, values);
    int covered = 0;
    double used = 0;
    for (std::uint64_t cell = 0; cell < kExperiments; ++cell) {
      const store::Reached& reached = made.choice.reached[cell];
      ASSERT_TRUE(reached.met());
      double mean = 0;
      for (std::int64_t r = 0; r < reached.count; ++r)
        mean += values(made.cells.unit(cell, static_cast<std::uint64_t>(r)), 0)[0];
      mean /= to_real(reached.count);
      used += to_real(reached.count);
      covered += std::fabs(mean - 1) <= reached.half_width ? 1 : 0;
    }
    RecordProperty("mean_repetitions", std::to_string(used / kExperiments));
    EXPECT_GE(covered, 0.935 * kExperiments) << "bound " << bound;
    EXPECT_LE(covered, 0.965 * kExperiments) << "bound " << bound;
    // A spread known from the start would need (1.96 / bound)^2.
    EXPECT_LT(used / kExperiments, std::max(16.5, 1.5 * std::pow(1.96 / bound, 2)));
  }
}

TEST(Selection, ARelativeGoalFollowsTheMean) {
  Made made(1, 50);
  const Selection selection(made.grid, made.layout, precise(0.5, true));
  made.run(selection, normals(made, {0.1}));
  EXPECT_NEAR(made.choice.reached[0].target, 0.5, 0.05);
  EXPECT_TRUE(made.choice.reached[0].met());
}

TEST(Selection, ElementsWithoutAValueAskForNothingAndOneValueIsNotEnough) {
  Made made(1, 40);
  const double none = std::numeric_limits<double>::quiet_NaN();
  const Selection selection(made.grid, made.layout, precise(0.5));
  made.run(selection, [&](std::uint64_t, std::int64_t) { return std::vector{none, none}; });
  EXPECT_EQ(made.done(0), 16U);
  EXPECT_EQ(made.choice.reached[0].count, 0);
  EXPECT_FALSE(made.choice.reached[0].met());
  Made once(1, 40);
  const Selection again(once.grid, once.layout, precise(0.5));
  once.run(again, [&](std::uint64_t unit, std::int64_t) {
    return std::vector{unit == 3 ? 1.0 : none, none};
  });
  EXPECT_EQ(once.done(0), 40U);
  EXPECT_EQ(once.choice.reached[0].half_width, std::numeric_limits<double>::infinity());
}

TEST(Selection, FailedUnitsAreSeenAndNotWaitedFor) {
  Made made(1, 40);
  for (std::uint64_t r = 0; r < 14; ++r) made.statuses[r] = byte(UnitStatus::failed);
  const Selection selection(made.grid, made.layout, precise(0.5));
  made.run(selection, normals(made, {0}));
  EXPECT_EQ(made.choice.reached[0].count, 2);
  EXPECT_TRUE(made.choice.reached[0].met());
}

/// The greatest miss of straight lines between the values that were run.
double greatest_miss(const Made& made, const std::vector<double>& curve) {
  double worst = 0;
  for (std::size_t left = 0, at = 1; at < curve.size(); ++at) {
    if (made.statuses[at] != byte(UnitStatus::done)) continue;
    for (std::size_t m = left; m <= at; ++m) {
      const double share = to_real(m - left) / to_real(at - left);
      worst = std::max(worst, std::fabs(curve[m] - (1 - share) * curve[left] - share * curve[at]));
    }
    left = at;
  }
  return worst;
}

TEST(Selection, RefinesWhereTheCurveBends) {
  Made made(401, 1);
  std::vector<double> curve;
  for (int i = 0; i < 401; ++i) curve.push_back(1 / (1 + std::exp(-(i - 130.0) / 4)));
  const Selection::Values values = [&](std::uint64_t unit, std::int64_t) {
    return std::vector{curve[unit]};
  };
  const Selection selection(made.grid, made.layout, refined(0.01, 9));
  made.run(selection, values);
  EXPECT_LT(count(made.statuses, UnitStatus::done), 401U / 8);
  EXPECT_LE(greatest_miss(made, curve), 0.012);
  EXPECT_EQ(made.statuses.front(), byte(UnitStatus::done));
  EXPECT_EQ(made.statuses.back(), byte(UnitStatus::done));
}

TEST(Selection, RefinesToWhereAValueEnds) {
  Made made(100, 1);
  const Selection selection(made.grid, made.layout, refined(0.1));
  made.run(selection, [](std::uint64_t unit, std::int64_t) {
    return std::vector{unit < 37 ? 1.0 : std::numeric_limits<double>::quiet_NaN()};
  });
  EXPECT_EQ(made.statuses[36], byte(UnitStatus::done));
  EXPECT_EQ(made.statuses[37], byte(UnitStatus::done));
  EXPECT_LT(count(made.statuses, UnitStatus::done), 30U);
}

TEST(Selection, NoiseOfTheRepetitionsIsNoBend) {
  Made made(65, 10);
  Goals goals = refined(1e-3, 5);
  const Selection selection(made.grid, made.layout, goals);
  const auto noise = normals(made, std::vector<double>(65, 1.0));
  made.run(selection, [&](std::uint64_t unit, std::int64_t observable) {
    return std::vector{noise(unit, observable)[0]};
  });
  EXPECT_LT(count(made.statuses, UnitStatus::done), 10U * 25);
}

TEST(Selection, TheFewestUnitsAreThoseOfTheFirstLook) {
  Made made(17, 30);
  Goals goals = precise(0.1);
  goals.refine = Refinement{"g", "other", 0.1, 5, ""};
  const auto statuses = Selection(made.grid, made.layout, goals).fewest();
  // Five values and the middles between them.
  EXPECT_EQ(count(statuses, UnitStatus::done), 16U * 9);
  EXPECT_EQ(count(statuses, UnitStatus::not_needed), 17U * 30 - 16 * 9);
}

TEST(Selection, GoalsThatCannotBeAreRefused) {
  const Made made(3, 9);
  const auto refusal = [&](const Goals& goals) {
    return error_text([&] { Selection(made.grid, made.layout, goals); });
  };
  Goals typo = precise(1);
  typo.precision[0].observable = "valu";
  EXPECT_EQ(refusal(typo), "unknown observable 'valu' (job.toml:9): did you mean 'value'?");
  EXPECT_THAT(refusal(precise(1)),
              AllOf(HasSubstr("axis 'seed' has only 9 (job.toml:9)"), HasSubstr("16 values")));
  Goals captured = refined(1);
  captured.refine->axis = "cell";
  EXPECT_THAT(refusal(captured), HasSubstr("unknown split axis of run.refine 'cell'"));
}

}  // namespace
}  // namespace syncgap::sweep
