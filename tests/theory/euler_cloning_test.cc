#include "theory/euler_cloning.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "theory/cloning_agreement.h"

namespace syncgap::theory {
namespace {

std::vector<int> steps_at(const ReverseTimes& times, std::initializer_list<double> branch_times) {
  std::vector<int> steps;
  for (double t : branch_times) steps.push_back(times.nearest_step(t));
  return steps;
}

// The scheme is of first order in h: halving h halves its distance from continuous time, and
// extrapolation to h = 0 leaves the second order and the start from N(0, 1).
TEST(EulerDisagreement, ApproachesContinuousTimeInFirstOrder) {
  for (const TwoClusters& clusters : {TwoClusters{64, 1, 1}, {4, 0.5, 1}, {9, 0.6, 1.5}}) {
    const auto times = {5.0, 3.0, 2.0, 1.0, 0.5};
    const ReverseTimes coarse{10, 200}, fine{10, 400};
    const auto at_coarse = euler_disagreement(clusters, coarse, steps_at(coarse, times));
    const auto at_fine = euler_disagreement(clusters, fine, steps_at(fine, times));
    std::size_t i = 0;
    for (double t : times) {
      const double sign = sign_disagreement(clusters, t), label = label_disagreement(clusters, t);
      EXPECT_NEAR(2.0 * at_fine[i].sign - at_coarse[i].sign, sign, 2e-4) << t;
      EXPECT_NEAR(2.0 * at_fine[i].label - at_coarse[i].label, label, 2e-4) << t;
      if (std::abs(at_fine[i].sign - sign) > 1e-4) {
        EXPECT_NEAR((at_coarse[i].sign - sign) / (at_fine[i].sign - sign), 2.0, 0.2) << t;
      }
      ++i;
    }
  }
}

// One step can be done by hand: p -> decay p + pull tanh(slope p) + noise, then the class.
TEST(EulerDisagreement, IsTheIntegralOverOneStep) {
  const TwoClusters clusters{4, 0.5, 1};
  const ReverseTimes times{0.1, 1};
  const std::vector<int> at_start = {0};
  const double seen = euler_disagreement(clusters, times, at_start)[0].sign;
  const EulerStep c = euler_step(clusters, 0.1, 0.1);
  double wanted = 0.0;
  const double h = 1e-3;
  for (double p = -9; p < 9; p += h) {
    const double mean = c.decay * p + c.pull * std::tanh(c.slope * p);
    const double sign = std::erf(mean / (c.noise * std::sqrt(2.0)));
    wanted += h * std::exp(-0.5 * p * p) / std::sqrt(2 * M_PI) * 0.5 * (1 - sign * sign);
  }
  EXPECT_NEAR(seen, wanted, 1e-10);
}

TEST(EulerDisagreement, IsAProbability) {
  for (double d : {64.0, 1024.0, 16384.0}) {
    const ReverseTimes times{10, 500};
    std::vector<int> steps(times.steps + 1);
    for (int i = 0; i <= times.steps; ++i) steps[i] = i;
    for (const CloneDisagreement& seen : euler_disagreement({d, 1, 1}, times, steps)) {
      EXPECT_GE(seen.sign, 0.0);
      EXPECT_GE(seen.label, 0.0);
      EXPECT_LE(seen.sign, 0.5 + 1e-9);
      EXPECT_LE(seen.label, 0.5 + 1e-9);
    }
  }
}

TEST(EulerDisagreement, VanishesForClonesThatBranchAtTheEnd) {
  const TwoClusters clusters{4, 0.5, 1};
  const ReverseTimes times{10, 200};
  const std::vector<int> steps = {0, 0, 200};
  const auto seen = euler_disagreement(clusters, times, steps);
  EXPECT_EQ(seen[2].sign, 0.0);
  // The label of one point is drawn twice: regimes (27) at t = 0.
  EXPECT_NEAR(seen[2].label, label_disagreement(clusters, 0.0), 5e-3);
  EXPECT_NEAR(seen[0].sign, 0.5, 1e-6);
  EXPECT_EQ(seen[0].sign, seen[1].sign);
}

}  // namespace
}  // namespace syncgap::theory
