#include "theory/cluster_speciation.h"

#include <cmath>

#include <gtest/gtest.h>

#include "theory/speciation.h"

namespace syncgap::theory {
namespace {

TEST(TwoClusters, HaveTheMomentsOfTheForwardProcess) {
  const TwoClusters clusters{64, 0.7, 1.3};
  const double t = 0.9, h = 1e-3;
  // Moments of the density by the trapezoid rule: second moment Gamma + M^2 e^{-2t}.
  double mass = 0.0, second = 0.0;
  for (double p = -20.0; p <= 20.0; p += h) {
    const double weight = h * clusters.projection_density(p, t);
    mass += weight;
    second += weight * p * p;
  }
  EXPECT_NEAR(mass, 1.0, 1e-12);
  const double mean = clusters.projection_mean(t);
  EXPECT_NEAR(second, clusters.variance(t) + mean * mean, 1e-10);
  EXPECT_NEAR(clusters.variance(0.0), 1.69, 1e-15);
  EXPECT_NEAR(clusters.variance(40.0), 1.0, 1e-15);
}

// Drift of the Euler step: p + 2 d/dp log P_t(p), by differences of the density.
TEST(EulerStep, FollowsTheScoreOfTheDensity) {
  const TwoClusters clusters{36, 0.5, 1.4};
  const double t = 1.1, h = 0.01, e = 1e-5;
  const EulerStep step = euler_step(clusters, t, h);
  for (double p : {-3.0, -0.2, 0.0, 0.9, 4.0}) {
    const double score = (std::log(clusters.projection_density(p + e, t)) -
                          std::log(clusters.projection_density(p - e, t))) /
                         (2.0 * e);
    const double moved = step.decay * p + step.pull * std::tanh(step.slope * p);
    EXPECT_NEAR(moved, p + h * (p + 2.0 * score), 1e-8);
  }
  EXPECT_NEAR(step.noise, std::sqrt(0.02), 1e-15);
}

TEST(ReverseTimes, EndAtZeroAndFindTheNearestStep) {
  const ReverseTimes times{10.0, 1000};
  EXPECT_EQ(times.time(0), 10.0);
  EXPECT_EQ(times.time(1000), 0.0);
  EXPECT_EQ(times.nearest_step(1.5), 850);
  EXPECT_NEAR(times.time(850), 1.5, 1e-15);
  EXPECT_EQ(times.nearest_step(0.0149), 999);
}

TEST(SpeciationCriteria, AreZerosOfTheirCurvatures) {
  const TwoClusters clusters{50, 0.6, 1.5};
  const double e = 1e-4;
  auto curvature = [&](auto f) { return (f(e) - 2.0 * f(0.0) + f(-e)) / (e * e); };

  const double potential = potential_splitting_time(clusters);
  EXPECT_NEAR(curvature([&](double q) { return overlap_potential(clusters, q, potential); }), 0.0,
              1e-6);
  const double density = density_splitting_time(clusters);
  EXPECT_NEAR(
      curvature([&](double p) { return std::log(clusters.projection_density(p, density)); }), 0.0,
      1e-6);
  const double drift = drift_splitting_time(clusters);
  const EulerStep step = euler_step(clusters, drift, 0.01);
  EXPECT_NEAR(step.decay + step.pull * step.slope, 1.0, 1e-14);
  const double landau = landau_time(clusters);
  EXPECT_NEAR(clusters.largest_eigenvalue() * std::exp(-2.0 * landau), noise_variance(landau),
              1e-14);
}

TEST(SpeciationCriteria, OfTheDriftIsThatOfASingleUncoupledMode) {
  for (const TwoClusters& clusters : {TwoClusters{50, 0.6, 1.2}, {3, 1, 1}, {200, 0.4, 0.3}}) {
    const double mean_square = clusters.largest_eigenvalue() - clusters.data_variance();
    EXPECT_NEAR(drift_splitting_time(clusters),
                mode_speciation(-1.0, 2.0, clusters.data_variance(), mean_square).time, 1e-13);
  }
}

TEST(SpeciationCriteria, AgreeToOrderOneWhileTheTimeGrowsWithDimension) {
  const TwoClusters clusters{16384, 1, 1};
  EXPECT_NEAR(speciation_time(clusters), 0.5 * std::log(16385.0), 1e-14);
  EXPECT_NEAR(potential_splitting_time(clusters) - speciation_time(clusters), 0.5 * std::log(2.0),
              1e-4);
  for (double t :
       {landau_time(clusters), density_splitting_time(clusters), drift_splitting_time(clusters)})
    EXPECT_NEAR(t, speciation_time(clusters), 0.5);
}

TEST(SpeciationCriteria, SayWhenThereIsNoSpeciation) {
  const TwoClusters narrow{4, 0.1, 0.5};
  EXPECT_TRUE(std::isnan(speciation_time(narrow)));
  EXPECT_TRUE(std::isnan(potential_splitting_time(narrow)));
  EXPECT_TRUE(std::isnan(density_splitting_time(narrow)));
}

TEST(OverlapPotential, IsEvenAndDoesNotOverflow) {
  const TwoClusters clusters{1e8, 1, 1};
  EXPECT_EQ(overlap_potential(clusters, 3.0, 1.0), overlap_potential(clusters, -3.0, 1.0));
  EXPECT_TRUE(std::isfinite(overlap_potential(clusters, 1e6, 0.0)));
  EXPECT_EQ(overlap_potential(clusters, 0.0, 1.0), 0.0);
}

}  // namespace
}  // namespace syncgap::theory
