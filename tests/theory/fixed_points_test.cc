#include "theory/fixed_points.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "theory/decision_tree.h"
#include "theory/diffusion_process.h"
#include "theory/mixtures.h"

namespace syncgap::theory {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Noises s on a logarithmic grid of sigma.
std::vector<double> levels(double first, double last, int count = 40) {
  std::vector<double> found;
  for (int i = 0; i < count; ++i) {
    const double sigma = first * std::pow(last / first, i / (count - 1.0));
    found.push_back(sigma * sigma);
  }
  return found;
}

double sigma_of(const Branching& event) { return std::sqrt(event.noise); }

TEST(FixedPoints, TwoPointsFollowTheCurieWeissEquation) {
  // information (44) without interference: x = a tanh(a x / sigma^2).
  for (const double s : {0.04, 0.3, 0.8, 0.999, 1.3}) {
    const NoisedMixture noised(two_points(), s);
    const double x = climb(noised, VectorXd::Constant(1, 1.0)).position[0];
    EXPECT_NEAR(x, std::tanh(x / s), 2e-13) << s;
    const auto all = line_fixed_points(noised);
    ASSERT_EQ(all.size(), s < 1.0 ? 3U : 1U);
    EXPECT_NEAR(all.back().position[0], x, 1e-11);
    EXPECT_NEAR(all[all.size() / 2].position[0], 0.0, 1e-14);
    // s J at the centre is a^2/s - 1.
    EXPECT_NEAR(all[all.size() / 2].stability, 1.0 / s - 1.0, 1e-12);
  }
}

TEST(FixedPoints, ArmsLeaveThePitchforkAsASquareRoot) {
  // E4.9: x = +-sqrt(3 (1 - sigma^2)) near sigma = 1.
  for (const double below : {1e-3, 1e-5}) {
    const NoisedMixture noised(two_points(), 1.0 - below);
    const double x = climb(noised, VectorXd::Constant(1, 1.0)).position[0];
    EXPECT_NEAR(x / std::sqrt(3.0 * below), 1.0, 2.0 * below);
  }
}

TEST(DecisionTree, TwoPointsPartAtTheirDistance) {
  const DecisionTree tree = follow_paths(two_points(), levels(0.05, 4.0));
  ASSERT_EQ(tree.branchings.size(), 1U);
  EXPECT_EQ(tree.branchings[0].kind, BranchingKind::continuous);
  EXPECT_NEAR(sigma_of(tree.branchings[0]), 1.0, 1e-13);
  // VP: t = log(1 + a^2) / 2.
  EXPECT_NEAR(DiffusionProcess(ProcessKind::ou).time_of(tree.branchings[0].noise), 0.34657, 5e-6);
}

TEST(DecisionTree, FourPointsOfTheNotes) {
  const DecisionTree tree = follow_paths(four_points(), levels(0.05, 4.0));
  const DiffusionProcess ou(ProcessKind::ou);
  ASSERT_EQ(tree.branchings.size(), 3U);
  for (const int pair : {0, 1}) {
    EXPECT_EQ(tree.branchings[pair].kind, BranchingKind::continuous);
    EXPECT_NEAR(sigma_of(tree.branchings[pair]), 0.3, 1e-13);
    EXPECT_NEAR(ou.time_of(tree.branchings[pair].noise), 0.043088848121, 5e-13);
  }
  EXPECT_NEAR(sigma_of(tree.branchings[2]), 1.976653190037, 5e-13);
  EXPECT_NEAR(ou.time_of(tree.branchings[2].noise), 0.795347460798, 5e-13);
  EXPECT_EQ(tree.branchings[2].branches, (std::vector<std::vector<int>>{{0, 1}, {2, 3}}));
  EXPECT_EQ(tree.branching_noise(0, 3), tree.branchings[2].noise);
  EXPECT_NEAR(tree.branching_noise(0, 1), 0.09, 1e-13);
  EXPECT_EQ(tree.branching_noise(2, 2), 0.0);
  const auto centre = find_central_bifurcation(four_points(), 0.01);
  ASSERT_TRUE(centre.has_value());
  EXPECT_NEAR(std::sqrt(centre->noise), 1.976653190037, 5e-13);
}

TEST(DecisionTree, DecisionsDoNotDependOnWhereTheLevelsLie) {
  constexpr double pair = 0.09, centre = 3.9071578336844284857;
  const auto check = [](const std::vector<double>& grid, const std::string& what) {
    const DecisionTree tree = follow_paths(four_points(), grid);
    ASSERT_EQ(tree.branchings.size(), 3U) << what;
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(tree.branchings[i].kind, BranchingKind::continuous) << what;
      EXPECT_NEAR(tree.branchings[i].noise / (i < 2 ? pair : centre), 1.0, 1e-12) << what;
    }
    EXPECT_NEAR(tree.branching_noise(0, 3) / centre, 1.0, 1e-12) << what;
  };
  for (const double off : {0.0, 1e-15, -1e-15, 1e-13, -1e-13, 1e-11, -1e-11, 1e-9, -1e-9, 1e-6,
                           -1e-6, 1e-5, -1e-5, 3e-3, -3e-3}) {
    auto grid = levels(0.05, 4.0);
    for (const double special : {pair, centre}) grid.push_back(special * (1.0 + off));
    std::sort(grid.begin(), grid.end());
    check(grid, std::to_string(off));
    // The decision is the last level, or just below it.
    if (off < 0.0) continue;
    while (grid.back() > centre * 1.01) grid.pop_back();
    check(grid, "last " + std::to_string(off));
  }
}

TEST(DecisionTree, PathsThatMeetOnALevelAreOneThere) {
  const std::vector<double> grid = {0.05, 0.09, 3.9071578336844284857, 5.0};
  const DecisionTree tree = follow_paths(four_points(), grid);
  EXPECT_EQ(tree.mode_of[0], (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(tree.mode_of[1], (std::vector<int>{0, 0, 1, 1}));
  EXPECT_EQ(tree.mode_of[2], (std::vector<int>{0, 0, 0, 0}));
  EXPECT_NEAR(tree.positions[1](0, 0), 2.0, 1e-7);
  EXPECT_NEAR(tree.positions[2](0, 0), 0.0, 1e-7);
  EXPECT_EQ(tree.stability[2][3], 0.0);
}

TEST(DecisionTree, AFoldOnALevelIsAFold) {
  const DataMixture data = on_line({-1.0, 1.0}, 0.0, {0.3, 0.7});
  const double fold = follow_paths(data, levels(0.05, 4.0)).branchings.at(0).noise;
  for (const double off : {0.0, 1e-14, -1e-14, 1e-10, -1e-10, 1e-6, -1e-6}) {
    auto grid = levels(0.05, 4.0);
    grid.push_back(fold * (1.0 + off));
    std::sort(grid.begin(), grid.end());
    const DecisionTree tree = follow_paths(data, grid);
    ASSERT_EQ(tree.branchings.size(), 1U) << off;
    EXPECT_EQ(tree.branchings[0].kind, BranchingKind::jump) << off;
    EXPECT_NEAR(tree.branchings[0].noise / fold, 1.0, 1e-12) << off;
  }
}

TEST(DecisionTree, UnequalPointsJump) {
  // Weights .3 and .7 at -1 and 1: the lighter mode ends in a fold where x = sqrt(1 - s) and
  // x/s + log(.3/.7)/2 = atanh(x).
  double low = 0.05, high = 0.999;
  for (int i = 0; i < 200; ++i) {
    const double s = 0.5 * (low + high), x = std::sqrt(1.0 - s);
    (x / s + 0.5 * std::log(0.3 / 0.7) > std::atanh(x) ? low : high) = s;
  }
  const DecisionTree tree = follow_paths(on_line({-1.0, 1.0}, 0.0, {0.3, 0.7}), levels(0.05, 4.0));
  ASSERT_EQ(tree.branchings.size(), 1U);
  EXPECT_EQ(tree.branchings[0].kind, BranchingKind::jump);
  EXPECT_NEAR(tree.branchings[0].noise, low, 1e-12);
  EXPECT_NEAR(tree.branchings[0].position[0], -std::sqrt(1.0 - low), 1e-6);
  // The heavier point's path runs to the mean without ever becoming unstable.
  EXPECT_FALSE(find_central_bifurcation(on_line({-1.0, 1.0}, 0.0, {0.3, 0.7}), 0.01).has_value());
}

TEST(DecisionTree, ThreePointsHaveFourModesForAWhile) {
  // E4.8: .70711 < sigma < .73913.
  const DataMixture triangle = on_circle(3);
  const DecisionTree tree = follow_paths(triangle, levels(0.05, 2.0));
  ASSERT_EQ(tree.branchings.size(), 1U);
  EXPECT_EQ(tree.branchings[0].kind, BranchingKind::jump);
  EXPECT_EQ(tree.branchings[0].branches.size(), 3U);
  EXPECT_NEAR(sigma_of(tree.branchings[0]), 0.73913, 5e-6);
  const auto centre = find_central_bifurcation(triangle, 0.01);
  ASSERT_TRUE(centre.has_value());
  EXPECT_NEAR(std::sqrt(centre->noise), std::sqrt(0.5), 1e-12);
  const NoisedMixture between(triangle, 0.72 * 0.72);
  const FixedPoint middle = climb(between, VectorXd::Zero(2));
  EXPECT_NEAR(middle.position.norm(), 0.0, 1e-12);
  EXPECT_TRUE(middle.is_stable());
  EXPECT_GT(climb(between, triangle.means().col(0)).position.norm(), 0.1);
}

TEST(DecisionTree, IndependentDecisionsKeepTheirTimes) {
  // A product of three pairs decides each of them at its own half distance.
  const DecisionTree tree = follow_paths(box_corners(), levels(0.05, 4.0));
  ASSERT_EQ(tree.branchings.size(), 7U);
  for (int i = 0; i < 7; ++i) {
    EXPECT_EQ(tree.branchings[static_cast<std::size_t>(i)].kind, BranchingKind::continuous);
    EXPECT_NEAR(sigma_of(tree.branchings[static_cast<std::size_t>(i)]),
                i < 4 ? 0.5 : (i < 6 ? 1.0 : 2.0), 1e-12);
  }
}

TEST(DecisionTree, TurningTheDataTurnsThePaths) {
  MatrixXd points(3, 5);
  points << 1.0, -0.7, 0.2, 0.9, -1.4, 0.3, 0.8, -1.1, -0.2, 0.1, -0.4, 0.1, 0.9, 1.2, -0.8;
  const VectorXd weights = VectorXd::LinSpaced(5, 1.0, 2.0);
  const MatrixXd turn = some_rotation(3);
  const auto grid = levels(0.05, 3.0);
  const DecisionTree before = follow_paths(DataMixture::of_points(points, weights), grid);
  const DecisionTree after = follow_paths(DataMixture::of_points(turn * points, weights), grid);
  ASSERT_EQ(before.branchings.size(), 4U);
  ASSERT_EQ(after.branchings.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(before.branchings[i].noise / after.branchings[i].noise, 1.0, 1e-11);
    EXPECT_EQ(before.branchings[i].branches, after.branchings[i].branches);
  }
  for (std::size_t level = 0; level < grid.size(); level += 13)
    EXPECT_LE((turn * before.positions[level] - after.positions[level]).norm(), 1e-9);
}

TEST(DecisionTree, PathsStartAtThePointsAndEndAtTheMean) {
  const DataMixture data = on_line({-1.0, 0.3, 2.0}, 0.0, {0.2, 0.5, 0.3});
  const auto grid = levels(0.03, 60.0);
  const DecisionTree tree = follow_paths(data, grid);
  EXPECT_LE((tree.positions.front() - data.means()).norm(), 1e-12);
  for (int k = 0; k < 3; ++k) EXPECT_NEAR(tree.positions.back()(0, k), data.mean()[0], 2e-3);
  for (const VectorXd& stability : tree.stability) EXPECT_LT(stability.maxCoeff(), 0.0);
  // On a line with one variance there are never more modes than points, nor fewer as noise falls.
  for (const double s : grid) {
    const auto all = line_fixed_points(NoisedMixture(data, s));
    EXPECT_EQ(all.size() % 2, 1U);
    EXPECT_LE(all.size(), 5U);
  }
}

TEST(DecisionTree, IdenticalPointsAreOnePathAndOnePointHasNoDecision) {
  const DecisionTree twin = follow_paths(on_line({-1.0, -1.0, 1.5}), levels(0.05, 4.0));
  ASSERT_EQ(twin.branchings.size(), 1U);
  EXPECT_EQ(twin.branching_noise(0, 1), 0.0);
  EXPECT_EQ(twin.branchings[0].branches.size(), 2U);
  const DecisionTree lone = follow_paths(on_line({1.5}), levels(0.05, 4.0));
  EXPECT_TRUE(lone.branchings.empty());
  EXPECT_NEAR(lone.stability.front()[0], -1.0, 1e-14);
  EXPECT_FALSE(find_central_bifurcation(on_line({1.5}), 0.01).has_value());
}

TEST(FixedPoints, ModesOfGaussiansMergeWhereTheirVarianceAllows) {
  // Equal Gaussians +-a of variance tau^2 are points under noise s + tau^2.
  const auto centre = find_central_bifurcation(on_line({1.0, -1.0}, 0.4), 0.01);
  ASSERT_TRUE(centre.has_value());
  EXPECT_NEAR(centre->noise, 0.6, 1e-12);
  // Unequal variances: a fixed point is where the score vanishes.
  const DataMixture pair = DataMixture::of_gaussians(
      Eigen::RowVector2d(-1.5, 1.0), Eigen::Vector2d(0.5, 0.5), Eigen::Vector2d(0.5, 0.1));
  const NoisedMixture noised(pair, 0.1);
  const auto all = line_fixed_points(noised);
  ASSERT_EQ(all.size(), 3U);
  for (const FixedPoint& point : all) EXPECT_NEAR(noised.at(point.position).score[0], 0.0, 1e-11);
  EXPECT_TRUE(all[0].is_stable());
  EXPECT_FALSE(all[1].is_stable());
  EXPECT_NEAR(climb(noised, VectorXd::Constant(1, 0.9)).position[0], all[2].position[0], 1e-10);
}

}  // namespace
}  // namespace syncgap::theory
