#include "core/goals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/job.h"
#include "core/repeated_cells.h"
#include "error_text.h"

namespace syncgap {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Goals goals_of(const std::string& run, const std::vector<std::string>& overrides = {}) {
  return parse_job("[experiment]\nname = \"x\"\n" + run, "job.toml", "", overrides).run.goals;
}

std::string goal_refusal(const std::string& run, const std::vector<std::string>& overrides = {}) {
  return error_text([&] { goals_of(run, overrides); });
}

TEST(Goals, AreReadAsTablesDottedKeysAndOverrides) {
  for (const Goals& goals :
       {goals_of("[run.precision]\ntau = 2\nphi = { relative = 0.1 }\nlevel = 0.9\nfirst = 20\n"),
        goals_of("[run]\nprecision.tau = 2.0\nprecision.phi.relative = 0.1\nprecision.level = 0.9\n"
                 "precision.first = 20\n"),
        goals_of("[run]\nprecision = { phi = { absolute = 7.0 } }\n",
                 {"run.precision.tau=2", "run.precision.phi={relative=.1}",
                  "run.precision.level=.9", "run.precision.first=2e1"})}) {
    ASSERT_EQ(goals.precision.size(), 2U);
    EXPECT_EQ(goals.precision[0].observable, "phi");
    EXPECT_TRUE(goals.precision[0].relative);
    EXPECT_EQ(goals.precision[0].bound, 0.1);
    EXPECT_EQ(goals.precision[1].observable, "tau");
    EXPECT_FALSE(goals.precision[1].relative);
    EXPECT_EQ(goals.precision[1].bound, 2.0);
    EXPECT_EQ(goals.level, 0.9);
    EXPECT_EQ(goals.first, 20);
    EXPECT_FALSE(goals.refine);
  }
}

TEST(Goals, ARefinementNamesAxisObservableAndTolerance) {
  const Goals goals = goals_of(
      "[run]\nrefine = {\n  axis = \"g\",\n  observable = \"tau\",\n  tolerance = 0.01,\n}\n",
      {"run.refine.first=17"});
  ASSERT_TRUE(goals.refine);
  EXPECT_EQ(goals.refine->axis, "g");
  EXPECT_EQ(goals.refine->observable, "tau");
  EXPECT_EQ(goals.refine->tolerance, 0.01);
  EXPECT_EQ(goals.refine->first, 17);
  EXPECT_TRUE(goals.precision.empty());
  EXPECT_FALSE(goals.empty());
  EXPECT_TRUE(goals_of("").empty());
}

TEST(Goals, AProfileChangesThem) {
  const std::string text =
      "[experiment]\nname = \"x\"\n[run.precision]\ntau = 2\n[profile.fine]\n"
      "run.precision.tau = 0.5\n";
  EXPECT_EQ(parse_job(text, "job.toml", "", {}).run.goals.precision[0].bound, 2.0);
  EXPECT_EQ(parse_job(text, "job.toml", "fine", {}).run.goals.precision[0].bound, 0.5);
}

TEST(Goals, MistakesAreNamedWithTheirLine) {
  EXPECT_THAT(goal_refusal("[run]\nprecision = 2\n"),
              HasSubstr("'precision' must be a table (job.toml:4)"));
  EXPECT_THAT(goal_refusal("[run.precision]\ntau = true\n"),
              HasSubstr("'precision.tau' takes a number"));
  EXPECT_THAT(goal_refusal("[run.precision]\ntau = inf\n"),
              HasSubstr("'precision.tau' takes a number"));
  EXPECT_THAT(goal_refusal("[run.precision]\ntau = -1\n"), HasSubstr("must be above 0"));
  EXPECT_THAT(goal_refusal("[run.precision]\ntau = { near = 1 }\n"), HasSubstr("cannot be read"));
  EXPECT_THAT(goal_refusal("[run.precision]\nfirst = 1\n"), HasSubstr("a whole number from 2 on"));
  EXPECT_THAT(goal_refusal("[run.precision]\nfirst = 2.5\n"),
              HasSubstr("a whole number from 2 on"));
  EXPECT_THAT(goal_refusal("[run.refine]\naxes = \"g\"\n"), HasSubstr("did you mean 'axis'?"));
  EXPECT_THAT(goal_refusal("[run.refine]\naxis = \"g\"\ntolerance = 1\n"),
              HasSubstr("run.refine lacks observable"));
  EXPECT_THAT(goal_refusal("", {"run.refine.tolerance=0"}), HasSubstr("must be above 0"));
}

Axis axis_of(const std::string& name, std::int64_t size) {
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < size; ++i) values.push_back(i);
  return {name, AxisRole::split, values, ""};
}

TEST(RepeatedCells, CountEveryUnitOnceWhereverTheRepetitionsStand) {
  for (const auto& names :
       {std::vector<std::string>{"seed", "g", "d"}, std::vector<std::string>{"g", "seed", "d"},
        std::vector<std::string>{"g", "d", "seed"}}) {
    std::vector<Axis> axes;
    for (const auto& name : names)
      axes.push_back(axis_of(name, name == "seed" ? 4 : name == "g" ? 3 : 2));
    const Grid grid(axes);
    const RepeatedCells cells(grid);
    ASSERT_EQ(cells.count(), 6U);
    ASSERT_EQ(cells.repetitions(), 4U);
    std::vector<int> seen(grid.unit_count());
    for (std::uint64_t cell = 0; cell < 6; ++cell)
      for (std::uint64_t r = 0; r < 4; ++r) {
        const Unit unit(grid, cells.unit(cell, r));
        ++seen[unit.index()];
        EXPECT_EQ(unit.integer("seed"), static_cast<std::int64_t>(r));
        EXPECT_EQ(unit.integer("g"), static_cast<std::int64_t>(cell / 2));
        EXPECT_EQ(unit.integer("d"), static_cast<std::int64_t>(cell % 2));
      }
    EXPECT_THAT(seen, testing::Each(1));
    EXPECT_EQ(cells.describe(5), "g=2 d=1");
    EXPECT_THAT(cells.lines_along("g"), ElementsAre(ElementsAre(0, 2, 4), ElementsAre(1, 3, 5)));
    EXPECT_THAT(cells.lines_along("d"),
                ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3), ElementsAre(4, 5)));
  }
  const Grid without({axis_of("g", 3)});
  EXPECT_EQ(RepeatedCells(without).repetitions(), 1U);
  EXPECT_EQ(RepeatedCells(without).unit(2, 0), 2U);
}

}  // namespace
}  // namespace syncgap
