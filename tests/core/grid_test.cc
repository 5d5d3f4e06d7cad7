#include "core/grid.h"

#include <numeric>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_text.h"

namespace syncgap {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Reals = std::vector<double>;
using Integers = std::vector<std::int64_t>;
using Labels = std::vector<std::string>;

Grid small_grid() {
  return Grid({{"g", AxisRole::split, Reals{0.2, 0.5, 1.0}, "coupling"},
               {"step", AxisRole::captured, Integers{0, 10}, "step"},
               {"schedule", AxisRole::split, Labels{"constant", "late"}, "schedule"},
               {"seed", AxisRole::split, Integers{7, 8}, "seed"}});
}

TEST(Grid, SplitAxesComeFirstInTheirOrder) {
  const Grid grid = small_grid();
  EXPECT_EQ(grid.split_count(), 3U);
  EXPECT_EQ(grid.unit_count(), 12U);
  std::vector<std::string> names;
  for (const Axis& axis : grid.axes()) names.push_back(axis.name);
  EXPECT_THAT(names, ElementsAre("g", "schedule", "seed", "step"));
  EXPECT_EQ(grid.axis_index("step"), 3U);
  EXPECT_THROW(grid.axis("theta"), std::out_of_range);
}

TEST(Grid, TheLastSplitAxisRunsFastest) {
  const Grid grid = small_grid();
  EXPECT_THAT(grid.position(0), ElementsAre(0, 0, 0));
  EXPECT_THAT(grid.position(1), ElementsAre(0, 0, 1));
  EXPECT_THAT(grid.position(2), ElementsAre(0, 1, 0));
  EXPECT_THAT(grid.position(11), ElementsAre(2, 1, 1));
}

TEST(Grid, PositionsAndCoordinatesAgreeAndAreAllDifferent) {
  const Grid grid = small_grid();
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < grid.unit_count(); ++i) {
    const Unit unit(grid, i);
    const auto at = grid.position(i);
    EXPECT_EQ(unit.real("g"), std::get<0>(grid.axis("g").values)[at[0]]);
    EXPECT_EQ(unit.label("schedule"), std::get<2>(grid.axis("schedule").values)[at[1]]);
    EXPECT_EQ(unit.integer("seed"), std::get<1>(grid.axis("seed").values)[at[2]]);
    EXPECT_TRUE(seen.insert(unit.describe()).second);
  }
  EXPECT_EQ(Unit(grid, 5).describe(), "g=0.5 schedule=constant seed=8");
}

TEST(Grid, AskingForAnotherTypeThanDeclaredIsAnError) {
  const Grid grid = small_grid();
  EXPECT_THROW(Unit(grid, 0).integer("g"), std::bad_variant_access);
  EXPECT_THROW(Unit(grid, 0).real("seed"), std::bad_variant_access);
}

TEST(Grid, WithoutSplitAxesThereIsOneUnit) {
  const Grid grid({{"step", AxisRole::captured, Integers{0, 1, 2}, "step"}});
  EXPECT_EQ(grid.unit_count(), 1U);
  EXPECT_EQ(grid.describe(0), "the only unit");
  EXPECT_TRUE(grid.position(0).empty());
}

TEST(Grid, AnEmptyAxisIsRefused) {
  EXPECT_EQ(error_text([] {
              Grid({{"g", AxisRole::split, Reals{}, ""}});
            }),
            "axis 'g' has no values (axes): give it at least one");
}

TEST(Grid, TooManyUnitsAreRefusedWithoutOverflow) {
  Integers many(70000);
  std::iota(many.begin(), many.end(), 0);
  EXPECT_THAT(error_text([&] {
                Grid({{"a", AxisRole::split, many, ""},
                      {"b", AxisRole::split, many, ""},
                      {"c", AxisRole::split, many, ""}});
              }),
              HasSubstr("more than 2^32 units (axis 'b')"));
}

}  // namespace
}  // namespace syncgap
