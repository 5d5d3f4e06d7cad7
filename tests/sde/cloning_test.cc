#include "sde/cloning.h"

#include <cmath>
#include <cstring>
#include <vector>

#include <gtest/gtest.h>

#include "simd_targets.h"
#include "theory/euler_cloning.h"

namespace syncgap::sde {
namespace {

using theory::TwoClusters;

CloningPlan make_plan(int steps, std::initializer_list<double> branch_times, std::size_t clones) {
  CloningPlan plan;
  plan.times = {10.0, steps};
  for (double t : branch_times) plan.branch_steps.push_back(plan.times.nearest_step(t));
  plan.clones = clones;
  return plan;
}

bool same_sign(float a, float b) { return (a > 0.0F) == (b > 0.0F); }

/// Share of disagreeing pairs (first clone, second clone) of a branch, in standard errors from the
/// exact value of the scheme.
double deviation(const CloneBatch& batch, const CloningPlan& plan, std::size_t cluster,
                 std::size_t branch, std::size_t first, std::size_t second, double exact) {
  const auto a = batch.end(cluster, plan.path(branch, first));
  const auto b = batch.end(cluster, plan.path(branch, second));
  double differ = 0.0;
  for (std::size_t i = 0; i < batch.trials; ++i) differ += same_sign(a[i], b[i]) ? 0.0 : 1.0;
  const auto n = static_cast<double>(batch.trials);
  return (differ / n - exact) / std::sqrt(exact * (1.0 - exact) / n);
}

TEST(CloningPlan, NumbersThePathsInTheOrderTheyOpen) {
  const CloningPlan plan = make_plan(100, {10, 5, 5, 1}, 3);
  EXPECT_EQ(plan.paths(), 9u);
  EXPECT_EQ(plan.path(0, 0), 0u);
  EXPECT_EQ(plan.path(0, 1), 1u);
  EXPECT_EQ(plan.path(3, 2), 8u);
  EXPECT_EQ(plan.open_paths(0), 3u);
  EXPECT_EQ(plan.open_paths(49), 3u);
  EXPECT_EQ(plan.open_paths(50), 7u);
  EXPECT_EQ(plan.open_paths(100), 9u);
}

// Both samplers against the exact law of the scheme, at a step so coarse that continuous time is
// many standard errors away.
TEST(ProjectedCloning, HasTheAgreementOfTheScheme) {
  const CloningPlan plan = make_plan(100, {6, 4, 3, 2, 1}, 3);
  const std::vector<TwoClusters> clusters = {{256, 1, 1}, {16, 1, 1}, {9, 0.6, 1.5}};
  const CloneBatch batch = run_projected(clusters, plan, RandomStream(5, "cloning test"), 0, 40000);
  for (std::size_t c = 0; c < clusters.size(); ++c) {
    const auto exact = theory::euler_disagreement(clusters[c], plan.times, plan.branch_steps);
    for (std::size_t b = 0; b < exact.size(); ++b)
      for (const auto& [i, j] : {std::pair{0u, 1u}, {0u, 2u}, {1u, 2u}})
        EXPECT_LT(std::abs(deviation(batch, plan, c, b, i, j, exact[b].sign)), 4.0)
            << "d=" << clusters[c].dimension << " branch " << b;
  }
}

TEST(FullCloning, HasTheAgreementOfTheScheme) {
  const CloningPlan plan = make_plan(100, {6, 3, 2, 1, 0.5}, 2);
  for (const TwoClusters& clusters : {TwoClusters{16, 1, 1}, {9, 0.6, 1.5}}) {
    const CloneBatch batch = run_full(clusters, plan, RandomStream(6, "cloning test"), 0, 2500);
    const auto exact = theory::euler_disagreement(clusters, plan.times, plan.branch_steps);
    for (std::size_t b = 0; b < exact.size(); ++b)
      EXPECT_LT(std::abs(deviation(batch, plan, 0, b, 0, 1, exact[b].sign)), 4.0)
          << "d=" << clusters.dimension << " branch " << b;
  }
}

// With one coordinate there is nothing to reduce: fed with the same noise, the two must walk the
// same path. The single precision of one against the double precision of the other.
TEST(ProjectedCloning, IsTheFullRunInOneDimension) {
  const CloningPlan plan = make_plan(200, {8}, 2);
  const TwoClusters clusters{1, 1.5, 0.8};
  const RandomStream noise(7, "cloning test");
  const CloneBatch batch = run_projected(std::vector{clusters}, plan, noise, 100, 20);
  for (std::size_t trial = 0; trial < batch.trials; ++trial) {
    double trunk = noise.normal<float>(100 + trial, 200, 0), clone = 0.0;
    for (int step = 0; step < 200; ++step) {
      if (step == plan.branch_steps[0]) clone = trunk;
      const auto c = theory::euler_step(clusters, plan.times.time(step), 0.05);
      auto moved = [&](double p, std::uint32_t path) {
        const double xi = noise.normal<float>(100 + trial, static_cast<std::uint32_t>(step), path);
        return c.decay * p + c.pull * std::tanh(c.slope * p) + c.noise * xi;
      };
      trunk = moved(trunk, 0);
      clone = moved(clone, 1);
    }
    EXPECT_NEAR(batch.end(0, 0)[trial], trunk, 1e-4);
    EXPECT_NEAR(batch.end(0, 1)[trial], clone, 1e-4);
  }
}

TEST(ProjectedCloning, KeepsTheTrunkWhereAsked) {
  CloningPlan plan = make_plan(100, {5}, 2);
  plan.snapshot_steps = {{0, 40, -1}, {100, -1, 7}};
  const std::vector<TwoClusters> clusters = {{64, 1, 1}, {4, 1, 1}};
  const RandomStream noise(8, "cloning test");
  const CloneBatch batch = run_projected(clusters, plan, noise, 0, 33);
  for (std::size_t trial = 0; trial < 33; ++trial) {
    EXPECT_EQ(batch.snapshot(0, 0)[trial], noise.normal<float>(trial, 100, 0));
    EXPECT_TRUE(std::isnan(batch.snapshot(0, 2)[trial]));
    EXPECT_EQ(batch.snapshot(1, 0)[trial], batch.end(1, 0)[trial]);
  }
}

// In continuous time the reversed process passes through the law of the forward one.
TEST(FullCloning, PassesThroughTheForwardLaw) {
  CloningPlan plan = make_plan(400, {5}, 2);
  plan.snapshot_steps = {{plan.times.nearest_step(1.0)}};
  const TwoClusters clusters{9, 0.6, 1.5};
  const CloneBatch batch = run_full(clusters, plan, RandomStream(9, "cloning test"), 0, 1500);
  double second = 0.0, fourth = 0.0;
  for (float p : batch.snapshot(0, 0)) {
    second += std::pow(p, 2) / 1500.0;
    fourth += std::pow(p, 4) / 1500.0;
  }
  const double mean = clusters.projection_mean(1.0), variance = clusters.variance(1.0);
  const double error = std::sqrt((fourth - second * second) / 1500.0);
  EXPECT_NEAR(second, mean * mean + variance, 4.0 * error);
}

TEST(ProjectedCloning, GivesTheSameBitsForAnyBatchAndInstructionSet) {
  CloningPlan plan = make_plan(60, {9, 4, 1}, 3);
  plan.snapshot_steps = {{10}, {30}};
  const std::vector<TwoClusters> clusters = {{256, 1, 1}, {16, 0.5, 2}};
  const RandomStream noise(10, "cloning test");
  const CloneBatch whole = run_projected(clusters, plan, noise, 1000, 53);
  for (std::size_t trial = 0; trial < 53; trial += 7) {
    const CloneBatch one = run_projected(clusters, plan, noise, 1000 + trial, 1);
    for (std::size_t c = 0; c < 2; ++c)
      for (std::size_t path = 0; path < plan.paths(); ++path)
        EXPECT_EQ(one.end(c, path)[0], whole.end(c, path)[trial]);
  }
  for (const auto& target : runnable_simd_targets()) {
    const UseSimdTarget use(target.bit);
    const CloneBatch batch = run_projected(clusters, plan, noise, 1000, 53);
    EXPECT_EQ(batch.ends, whole.ends) << target.name;
    EXPECT_EQ(batch.trunk, whole.trunk) << target.name;
  }
}

}  // namespace
}  // namespace syncgap::sde
