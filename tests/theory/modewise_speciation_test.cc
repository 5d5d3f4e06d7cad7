#include "theory/modewise_speciation.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace syncgap::theory {
namespace {

/// The one-block map (36) of one mode.
double block_map(const ModewiseState& state, double a) {
  return state.gain * a + state.score_gain * two_branch_score(a, state.separation, state.variance);
}

double slope_at_zero(const ModewiseState& state) {
  constexpr double h = 1e-5;
  return (block_map(state, h) - block_map(state, -h)) / (2 * h);
}

TEST(ModewiseSpeciation, ParameterPassesOneWhereTheMapAmplifiesSmallDifferences) {
  std::mt19937 draw(3);
  std::uniform_real_distribution<double> uniform(0.05, 2);
  int above = 0, below = 0;
  for (int k = 0; k < 2000; ++k) {
    const ModewiseState state{uniform(draw), uniform(draw), uniform(draw), uniform(draw)};
    if (!score_restores(state)) {
      EXPECT_TRUE(std::isnan(speciation_parameter(state)));
      continue;
    }
    const double kappa = speciation_parameter(state);
    if (std::abs(kappa - 1) < 1e-6) continue;
    (kappa > 1 ? above : below)++;
    EXPECT_EQ(kappa > 1, slope_at_zero(state) > 1) << kappa;
  }
  EXPECT_GT(above, 100);
  EXPECT_GT(below, 100);
}

TEST(ModewiseSpeciation, CommittedModeIsAFixedPointOfTheMap) {
  const ModewiseState state{0.9, 0.5, 1.5, 0.4};
  const double kappa = speciation_parameter(state);
  ASSERT_GT(kappa, 1);
  double u = 10;  // (49)
  for (int k = 0; k < 1000; ++k) u = kappa * std::tanh(u);
  const double a = u * state.variance / state.separation;  // (45)
  EXPECT_NEAR(block_map(state, a), a, 1e-12);
}

TEST(ModewiseSpeciation, SharesOfACoupledAttentionAreThoseOfNoCouplingAtZeroAndHalfAtOne) {
  EXPECT_EQ(routing_share(0), 1);
  EXPECT_EQ(pattern_share(0), 1);
  EXPECT_EQ(routing_share(1), 0);
  EXPECT_EQ(pattern_share(1), 0.5);
}

}  // namespace
}  // namespace syncgap::theory
