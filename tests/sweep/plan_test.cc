#include "sweep/plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace syncgap::sweep {
namespace {

using testing::ElementsAre;

Grid grid_of(std::size_t dimensions, std::size_t seeds) {
  std::vector<std::int64_t> dimension(dimensions), seed(seeds);
  std::iota(dimension.begin(), dimension.end(), 1);
  std::iota(seed.begin(), seed.end(), 0);
  return Grid({{"dimension", AxisRole::split, dimension, ""}, {"seed", AxisRole::split, seed, ""}});
}

const UnitCost kByDimension = [](const Unit& unit) {
  return static_cast<double>(unit.integer("dimension"));
};
constexpr std::uint8_t kPending = 0, kDone = 1, kFailed = 2;

TEST(OrderUnits, LongestFirstAndTiesByIndex) {
  const Grid grid = grid_of(3, 2);
  const Order order =
      order_units(grid, kByDimension, CostModel(grid), std::vector<std::uint8_t>(6, kPending));
  EXPECT_THAT(order.units, ElementsAre(4, 5, 2, 3, 0, 1));
  EXPECT_EQ(order.total_seconds, 12);
  EXPECT_EQ(order.longest_seconds, 3);
}

TEST(OrderUnits, OnlyPendingUnitsAreThere) {
  const Grid grid = grid_of(3, 2);
  const Order order =
      order_units(grid, kByDimension, CostModel(grid),
                  std::vector<std::uint8_t>{kPending, kDone, kFailed, kPending, kDone, kPending});
  EXPECT_THAT(order.units, ElementsAre(5, 3, 0));
  EXPECT_EQ(order.total_seconds, 6);
}

TEST(OrderUnits, NothingPendingIsAnEmptyOrder) {
  const Grid grid = grid_of(3, 2);
  const Order order =
      order_units(grid, kByDimension, CostModel(grid), std::vector<std::uint8_t>(6, kDone));
  EXPECT_TRUE(order.units.empty());
  EXPECT_EQ(order.total_seconds, 0);
  EXPECT_EQ(expected_makespan(grid, kByDimension, CostModel(grid), order, 4), 0);
}

TEST(OrderUnits, AnImpossibleEstimateIsAProgrammingError) {
  const Grid grid = grid_of(1, 1);
  const std::vector<std::uint8_t> pending(1, kPending);
  for (const double cost : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()})
    EXPECT_THROW(order_units(
                     grid, [&](const Unit&) { return cost; }, CostModel(grid), pending),
                 std::logic_error);
}

TEST(CostModel, WithoutAnyMeasurementTheEstimateStands) {
  const Grid grid = grid_of(2, 2);
  CostModel model(grid);
  model.learn(kByDimension, std::vector<std::uint8_t>(4, kPending), std::vector<double>(4, 1.0));
  EXPECT_EQ(model.expected(Unit(grid, 3), 2.0), 2.0);
}

TEST(CostModel, LearnsAFactorPerAxisValue) {
  // The truth is cubic in the dimension where the estimate is linear, and twice as slow on seed 1.
  const Grid grid = grid_of(4, 2);
  std::vector<std::uint8_t> status(8, kDone);
  std::vector<double> seconds(8);
  const auto truth = [](const Unit& unit) {
    return 0.01 * std::pow(static_cast<double>(unit.integer("dimension")), 3) *
           (unit.integer("seed") == 1 ? 2 : 1);
  };
  for (std::uint64_t i = 0; i < 8; ++i) seconds[i] = truth(Unit(grid, i));
  CostModel model(grid);
  model.learn(kByDimension, status, seconds);
  for (std::uint64_t i = 0; i < 8; ++i)
    EXPECT_NEAR(model.expected(Unit(grid, i), kByDimension(Unit(grid, i))) / seconds[i], 1, 1e-12);
}

TEST(CostModel, ReordersWhatIsLeftByWhatWasMeasured) {
  // Small dimensions turn out to be slow: on resume they go first.
  const Grid grid = grid_of(3, 2);
  std::vector<std::uint8_t> status{kDone, kPending, kDone, kPending, kDone, kPending};
  const std::vector<double> seconds{900, 0, 20, 0, 3, 0};
  CostModel model(grid);
  model.learn(kByDimension, status, seconds);
  const Order order = order_units(grid, kByDimension, model, status);
  EXPECT_THAT(order.units, ElementsAre(1, 3, 5));
}

TEST(CostModel, LeavesTheTotalOfTheEstimatesAsTheyAre) {
  // Progress is the share of this total, counted in estimates: learnt seconds would be another
  // unit.
  const Grid grid = grid_of(3, 1);
  const std::vector<std::uint8_t> status{kDone, kPending, kPending};
  CostModel model(grid);
  model.learn(kByDimension, status, std::vector<double>{7000, 0, 0});
  const Order order = order_units(grid, kByDimension, model, status);
  EXPECT_EQ(order.total_estimate, kByDimension(Unit(grid, 1)) + kByDimension(Unit(grid, 2)));
  EXPECT_GT(order.total_seconds, 100 * order.total_estimate);
}

TEST(CostModel, IgnoresTimesThatCannotBe) {
  const Grid grid = grid_of(1, 4);
  CostModel model(grid);
  model.learn(kByDimension, std::vector<std::uint8_t>(4, kDone),
              std::vector<double>{2.0, std::nan(""), 0.0, -1.0});
  EXPECT_NEAR(model.expected(Unit(grid, 0), 1.0), 2.0, 1e-12);
}

TEST(ExpectedMakespan, IsNoLessThanEitherBoundAndNoMoreThanTheirSum) {
  const Grid grid = grid_of(40, 3);
  const Order order =
      order_units(grid, kByDimension, CostModel(grid), std::vector<std::uint8_t>(120, kPending));
  for (const int teams : {1, 2, 3, 7, 64, 500}) {
    const double makespan = expected_makespan(grid, kByDimension, CostModel(grid), order, teams);
    const double fair = order.total_seconds / teams;
    EXPECT_GE(makespan, std::max(fair, order.longest_seconds) * (1 - 1e-12));
    EXPECT_LE(makespan, fair + order.longest_seconds);
    // Longest first is within 4/3 of the best schedule (Graham 1969).
    EXPECT_LE(makespan, 4.0 / 3.0 * std::max(fair, order.longest_seconds) + 1e-9);
  }
  EXPECT_NEAR(expected_makespan(grid, kByDimension, CostModel(grid), order, 1), order.total_seconds,
              1e-9);
}

}  // namespace
}  // namespace syncgap::sweep
