#include "theory/finite_collapse.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "theory/cluster_collapse.h"

namespace syncgap::theory {
namespace {

// Halving every step of the sums changes nothing: the trapezoid sums have converged.
TEST(FiniteCollapse, HasConverged) {
  struct Case {
    TwoClusters clusters;
    double log_points, t;
  };
  for (const Case& c : {Case{{24, 1, 1}, std::log(2000.0), 0.4},
                        {{24, 1, 1}, std::log(2000.0), 1.4},
                        {{64, 0.3, 1.5}, std::log(50.0), 1.1},
                        {{256, 1, 1}, std::log(20000.0), 1.3},
                        {{1024, 1, 1}, 102.4, 1.2},
                        {{256, 1, 1}, std::log(20000.0), 5.0}}) {
    const auto coarse = finite_collapse(c.clusters, c.log_points, c.t);
    const auto fine = finite_collapse(c.clusters, c.log_points, c.t, 1.5);
    EXPECT_NEAR(coarse.excess_entropy, fine.excess_entropy, 1e-7 * fine.excess_entropy)
        << c.clusters.dimension << " " << c.t;
    EXPECT_NEAR(coarse.true_weight, fine.true_weight, 1e-7) << c.clusters.dimension << " " << c.t;
  }
}

// One point has no one to be confused with; at late times n points are all alike.
TEST(FiniteCollapse, HasTheLimitsOfTime) {
  const TwoClusters clusters{32, 1, 1};
  const auto alone = finite_collapse(clusters, 0.0, 1.0);
  EXPECT_EQ(alone.excess_entropy, 0.0);
  EXPECT_EQ(alone.true_weight, 1.0);
  const double log_n = std::log(500.0);
  const auto late = finite_collapse(clusters, log_n, 9.0);
  EXPECT_NEAR(late.excess_entropy, log_n / 32, 1e-6);
  EXPECT_NEAR(late.true_weight, 1.0 / 500.0, 1e-6);
  const auto early = finite_collapse(clusters, log_n, 0.01);
  EXPECT_NEAR(early.excess_entropy, 0.0, 1e-9);
  EXPECT_NEAR(early.true_weight, 1.0, 1e-9);
}

// Two points of one wide cluster: w = 1/(1 + e^{-e}) with e = r P - sqrt(2 r P) z, P = |a - b|^2/2
// being chi-square: two integrals that can be done by hand.
TEST(FiniteCollapse, IsTheIntegralForTwoPoints) {
  const TwoClusters clusters{6, 0, 1};
  const double t = 0.8, r = memory_ratio(clusters, t), h = 0.02;
  double weight = 0, excess = 0, mass = 0;
  for (double p = 0.5 * h; p < 60; p += h) {
    const double density = std::pow(p, 2) * std::exp(-0.5 * p) / 16.0;
    for (double z = -8; z < 8; z += 0.1) {
      // |a - b|^2 / sigma^2 = 2 p, p chi-square with 6 degrees of freedom.
      const double e = r * p - std::sqrt(2.0 * r * p) * z;
      const double part = h * 0.1 * density * std::exp(-0.5 * z * z) / std::sqrt(2 * M_PI);
      mass += part;
      weight += part / (1.0 + std::exp(-e));
      excess += part * std::log1p(std::exp(-e));
    }
  }
  ASSERT_NEAR(mass, 1.0, 1e-6);
  const auto seen = finite_collapse(clusters, std::log(2.0), t);
  EXPECT_NEAR(seen.true_weight, weight, 2e-6);
  EXPECT_NEAR(seen.excess_entropy, excess / 6.0, 2e-6);
}

TEST(FiniteCollapse, FallsMonotonicallyTowardsTheData) {
  const TwoClusters clusters{128, 1, 1};
  double weight = 0.0, excess = 1.0;
  for (double t : {4.0, 2.0, 1.5, 1.0, 0.6, 0.3}) {
    const auto now = finite_collapse(clusters, std::log(1000.0), t);
    EXPECT_GT(now.true_weight, weight);
    EXPECT_LT(now.excess_entropy, excess);
    weight = now.true_weight;
    excess = now.excess_entropy;
  }
}

// At fixed alpha, f^e approaches max(0, f - I/d) with d, and the weight a step at t_C.
TEST(FiniteCollapse, ApproachesTheLimitOfManyDimensions) {
  const double load = 0.3;
  double deviation = 1.0, below = 0.0, above = 1.0;
  for (double d : {32.0, 128.0, 512.0}) {
    const TwoClusters clusters{d, 1, 1};
    const double at = collapse_time(clusters, load);
    const auto here = finite_collapse(clusters, load * d, at);
    EXPECT_LT(here.excess_entropy, 0.75 * deviation);
    deviation = here.excess_entropy;
    const auto collapsed = finite_collapse(clusters, load * d, 0.7 * at);
    const auto free = finite_collapse(clusters, load * d, 1.4 * at);
    EXPECT_GT(collapsed.true_weight, below);
    EXPECT_LT(free.true_weight, above);
    below = collapsed.true_weight;
    above = free.true_weight;
    EXPECT_NEAR(free.excess_entropy,
                population_excess_entropy(clusters, 1.4 * at, load) -
                    class_information(clusters, 1.4 * at) / d,
                0.5 / d);
  }
  EXPECT_GT(below, 0.99);
  EXPECT_LT(above, 0.05);
}

}  // namespace
}  // namespace syncgap::theory
