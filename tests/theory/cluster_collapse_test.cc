#include "theory/cluster_collapse.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "theory/random_energy.h"

namespace syncgap::theory {
namespace {

struct FreeEnergies {
  double mu, sigma, t, load, own, other;
};

// The Legendre transforms of regimes C.2 and C.3 in 30 digits (mpmath).
constexpr FreeEnergies kFreeEnergies[] = {
    {1, 1, 0.5, 0.3, -0.42933757269354096, -1.2046784779482082},
    {1, 1, 0.2, 0.3, -0.8539163546161445, -3.3344787549699387},
    {0.7, 1.5, 0.4, 0.5, -0.52170798111389797, -0.84675722326255854},
    {1, 1, 2, 0.3, -0.20924272341294329, -0.24587400119041165},
    {1, 0.5, 0.05, 0.2, -1.2179320122088311, -16.000072163117876},
};

TEST(FreeEnergy, IsTheLegendreTransform) {
  for (const FreeEnergies& r : kFreeEnergies) {
    const TwoClusters clusters{100, r.mu, r.sigma};
    EXPECT_NEAR(own_free_energy(clusters, r.t, r.load), r.own, 1e-12 * std::abs(r.own));
    EXPECT_NEAR(other_free_energy(clusters, r.t, r.load), r.other, 1e-12 * std::abs(r.other));
  }
}

TEST(FreeEnergy, OfTheOtherClusterIsLower) {
  for (double load : {0.05, 0.3, 1.0})
    for (double t = 0.05; t < 6; t *= 1.5) {
      const TwoClusters clusters{64, 0.8, 1.2};
      EXPECT_LT(other_free_energy(clusters, t, load), own_free_energy(clusters, t, load));
    }
}

TEST(FreeEnergy, IsSmoothThroughCondensation) {
  const TwoClusters clusters{256, 1, 1};
  const double load = 0.3, at = collapse_time(clusters, load), e = 1e-5;
  EXPECT_NEAR(own_free_energy(clusters, at - e, load), own_free_energy(clusters, at + e, load),
              1e-4);
  const double left =
      (own_free_energy(clusters, at, load) - own_free_energy(clusters, at - e, load)) / e;
  const double right =
      (own_free_energy(clusters, at + e, load) - own_free_energy(clusters, at, load)) / e;
  EXPECT_NEAR(left, right, 1e-3 * std::abs(left));
}

// At t_C the other points weigh as much as the true one, log Z / d = -1/2.
TEST(CollapseTime, IsWhereTheOthersTakeOver) {
  for (double load : {0.01, 0.1, 0.5, 2.0}) {
    const TwoClusters clusters{256, 1, 0.8};
    const double at = collapse_time(clusters, load);
    EXPECT_NEAR(at, 0.5 * std::log1p(0.64 / std::expm1(2.0 * load)), 1e-14 * at);
    EXPECT_NEAR(own_free_energy(clusters, at, load), -0.5, 1e-12);
    EXPECT_NEAR(population_excess_entropy(clusters, at, load), 0.0, 1e-14);
    EXPECT_NEAR(collapse_load(clusters, at), load, 1e-13 * load);
    EXPECT_GT(own_free_energy(clusters, 1.1 * at, load), -0.5);
    EXPECT_LT(own_free_energy(clusters, 0.9 * at, load), -0.5);
  }
}

TEST(CollapseTime, IsThatOfThePapersRuns) {
  const double log_n = std::log(20000.0);
  EXPECT_NEAR(collapse_time({256, 1, 1}, log_n / 256), 1.299, 5e-4);
  EXPECT_NEAR(collapse_time({1024, 1, 1}, log_n / 1024), 1.978, 6e-4);
  EXPECT_NEAR(collapse_time({4096, 1, 1}, log_n / 4096), 2.667, 5e-4);
}

TEST(OtherCondensation, ComesLaterInReverseTimeThanCollapse) {
  EXPECT_NEAR(other_condensation_time({64, 1, 1}, 0.3), 0.65799681513727495, 1e-13);
  EXPECT_NEAR(other_condensation_time({64, 0.7, 1.5}, 0.5), 0.54839566202500359, 1e-13);
  EXPECT_NEAR(other_condensation_time({256, 1, 1}, std::log(20000.0) / 256), 1.4008384495215883,
              1e-13);
  // Coinciding clusters: the other cluster is the own one.
  EXPECT_NEAR(other_condensation_time({256, 0, 1}, 0.2), collapse_time({256, 0, 1}, 0.2), 1e-12);
}

TEST(ExcessEntropy, RunsFromAlphaDownThroughZero) {
  const TwoClusters clusters{256, 1, 1};
  EXPECT_NEAR(population_excess_entropy(clusters, 30.0, 0.2), 0.2, 1e-15);
  EXPECT_LT(population_excess_entropy(clusters, 1e-6, 0.2), -6.0);
  double before = -1e9;
  for (double t = 0.01; t < 10; t *= 1.3) {
    const double now = population_excess_entropy(clusters, t, 0.2);
    EXPECT_GT(now, before);
    EXPECT_EQ(empirical_excess_entropy(clusters, t, 0.2), std::max(0.0, now));
    before = now;
  }
}

TEST(ClassInformation, FallsFromOneBitToNone) {
  EXPECT_NEAR(class_information({16, 1, 1}, 1.5), 0.28762956312678763, 1e-12);
  EXPECT_NEAR(class_information({256, 1, 1}, 3.0), 0.24288210440245979, 1e-12);
  EXPECT_NEAR(class_information({4, 0.5, 1.5}, 0.3), 0.14053769901933133, 1e-12);
  EXPECT_EQ(class_information({16384, 1, 1}, 0.01), std::numbers::ln2);
  EXPECT_NEAR(class_information({16, 1, 1}, 20.0), 0.0, 1e-14);
  EXPECT_EQ(class_information({16, 0, 1}, 1.0), 0.0);
}

}  // namespace
}  // namespace syncgap::theory
