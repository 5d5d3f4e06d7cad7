#include "theory/optimal_schedule.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "core/numbers.h"

namespace syncgap::theory {
namespace {

constexpr SymmetricPair kFigure1Pair{};

std::vector<double> even_starts(std::size_t pieces, double end) {
  std::vector<double> starts;
  for (std::size_t j = 0; j < pieces; ++j) starts.push_back(end * to_real(j) / to_real(pieces));
  return starts;
}

double gap_of(std::span<const double> starts, double strength, std::vector<double> factors,
              double least_restoring = 0.0) {
  for (double& factor : factors) factor *= strength;
  SymmetricPair pair;
  pair.least_restoring = least_restoring;
  return schedule_gap(pair, starts, factors).value;
}

void expect_in_budget(const std::vector<double>& factors, const FactorBudget& budget) {
  EXPECT_NEAR(std::accumulate(factors.begin(), factors.end(), 0.0), to_real(budget.pieces), 1e-12);
  for (const double factor : factors) {
    EXPECT_GE(factor, 0.0);
    EXPECT_LE(factor, budget.most_factor);
  }
}

TEST(FactorBudget, NearestIsAProjection) {
  const FactorBudget budget{7, 2.5};
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal(1.0, 3.0);
  const auto drawn = [&] {
    std::vector<double> out(budget.pieces);
    for (double& value : out) value = normal(random);
    return out;
  };
  for (int n = 0; n < 200; ++n) {
    const auto point = drawn(), nearest = budget.nearest(point), other = budget.nearest(drawn());
    expect_in_budget(nearest, budget);
    // Of a convex set, the angle at the nearest point to any other is not acute.
    double product = 0.0;
    for (std::size_t j = 0; j < budget.pieces; ++j)
      product += (point[j] - nearest[j]) * (other[j] - nearest[j]);
    EXPECT_LE(product, 1e-10);
    const auto again = budget.nearest(nearest);
    for (std::size_t j = 0; j < budget.pieces; ++j) EXPECT_NEAR(again[j], nearest[j], 1e-12);
  }
}

TEST(FactorBudget, IsFilledInOrder) {
  const std::vector<std::size_t> order{3, 0, 1, 2, 4};
  EXPECT_EQ((FactorBudget{5, 2.0}.filled(order)), (std::vector<double>{2, 1, 0, 2, 0}));
  EXPECT_EQ((FactorBudget{5, 2.5}.filled(order)), (std::vector<double>{2.5, 0, 0, 2.5, 0}));
  EXPECT_EQ((FactorBudget{5, 1.0}.filled(order)), (std::vector<double>{1, 1, 1, 1, 1}));
  EXPECT_EQ((FactorBudget{5, 5.0}.filled(order)), (std::vector<double>{0, 0, 0, 5, 0}));
}

TEST(OptimalSchedule, BeatsRandomSchedulesOfTheSameBudget) {
  std::mt19937_64 random(2);
  std::exponential_distribution<double> exponential(1.0);
  struct Case {
    double most_factor, strength, least_restoring;
  };
  for (const auto& [most, strength, least] :
       {Case{1.5, 0.3, 0.0}, Case{2.0, 0.3, 0.0}, Case{3.0, 0.3, 0.0}, Case{2.0, 0.3, 0.25}}) {
    const FactorBudget budget{5, most};
    const auto starts = even_starts(budget.pieces, 2.0);
    SymmetricPair pair;
    pair.least_restoring = least;
    const auto smallest = optimal_schedule(pair, starts, strength, budget, GapGoal::smallest);
    const auto largest = optimal_schedule(pair, starts, strength, budget, GapGoal::largest);
    ASSERT_TRUE(smallest && largest);
    for (const auto& found : {*smallest, *largest}) {
      expect_in_budget(found.factors, budget);
      EXPECT_EQ(gap_of(starts, strength, found.factors, least), found.gap);
    }
    EXPECT_LT(smallest->gap, largest->gap);
    int compared = 0;
    for (int n = 0; n < 1000; ++n) {
      std::vector<double> factors(budget.pieces);
      for (double& factor : factors) factor = 2.0 * exponential(random);
      const double gap = gap_of(starts, strength, budget.nearest(factors), least);
      if (std::isnan(gap)) continue;  // strong coupling need not confine
      ++compared;
      EXPECT_GE(gap, smallest->gap);
      EXPECT_LE(gap, largest->gap);
    }
    EXPECT_GT(compared, 300);
  }
}

TEST(OptimalSchedule, WeakCouplingFillsThePiecesOfSteepestGap) {
  // To first order in g the gap is the sum of the factors times the gradient without coupling, and
  // the best of a linear function fills the pieces in the order of their slopes.
  const FactorBudget budget{8, 2.5};
  const auto starts = even_starts(budget.pieces, 1.5);
  const auto slopes =
      schedule_gap(kFigure1Pair, starts, std::vector<double>(budget.pieces, 0.0)).gradient;
  std::vector<std::size_t> order(budget.pieces);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return slopes[a] > slopes[b]; });
  const double strength = 1e-4;
  const auto largest = optimal_schedule(kFigure1Pair, starts, strength, budget, GapGoal::largest);
  ASSERT_TRUE(largest);
  const auto wanted = budget.filled(order);
  double gap = 0.0;
  for (std::size_t j = 0; j < budget.pieces; ++j) {
    // Before both modes have speciated, pieces of slope 0 share what is left in any way.
    if (slopes[j] != 0.0) {
      EXPECT_NEAR(largest->factors[j], wanted[j], 1e-12) << j;
    }
    gap += strength * wanted[j] * slopes[j];
  }
  EXPECT_NEAR(largest->gap, gap, 1e-3 * gap);
}

TEST(OptimalSchedule, ClimbsToTheTopBetweenExtremes) {
  // Two pieces: a line of schedules, f and 2 - f, which is scanned.
  const FactorBudget budget{2, 2.0};
  for (const double switch_time : {0.2, 0.5, 0.65, 0.9}) {
    const std::vector<double> starts{0.0, switch_time};
    for (const GapGoal goal : {GapGoal::smallest, GapGoal::largest}) {
      const double sign = goal == GapGoal::largest ? 1.0 : -1.0;
      double best = -1e9;
      for (int n = 0; n <= 4000; ++n)
        best = std::max(best, sign * gap_of(starts, 0.4, {n / 2000.0, 2.0 - n / 2000.0}));
      const auto found = optimal_schedule(kFigure1Pair, starts, 0.4, budget, goal);
      ASSERT_TRUE(found);
      EXPECT_GE(sign * found->gap, best - 1e-6) << switch_time << ' ' << sign;
    }
  }
}

TEST(OptimalSchedule, OnePieceOrOneFactorIsConstant) {
  const auto one =
      optimal_schedule(kFigure1Pair, even_starts(1, 1.0), 0.3, {1, 2.0}, GapGoal::largest);
  ASSERT_TRUE(one);
  EXPECT_NEAR(one->factors[0], 1.0, 1e-12);
  EXPECT_NEAR(one->gap, gap_of(even_starts(1, 1.0), 0.3, {1.0}), 1e-12);
  const auto flat =
      optimal_schedule(kFigure1Pair, even_starts(3, 1.0), 0.3, {3, 1.0}, GapGoal::smallest);
  ASSERT_TRUE(flat);
  EXPECT_NEAR(flat->gap, one->gap, 1e-12);
}

TEST(OptimalSchedule, ThereIsNoneWhereNoScheduleSpeciates) {
  const SymmetricPair weak{1.0, 2.0, 1.0, 0.1};
  EXPECT_FALSE(optimal_schedule(weak, even_starts(4, 2.0), 0.3, {4, 2.0}, GapGoal::largest));
}

}  // namespace
}  // namespace syncgap::theory
