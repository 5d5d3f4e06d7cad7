#include "cloud/mode_branching.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace syncgap::cloud {
namespace {

std::vector<double> even(double first, double last, int count) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(first + (last - first) * i / (count - 1));
  return values;
}

TEST(ModeBranching, TwoPointsPartWhereTheTheoryOfTwoPointsSays) {
  // Points +-a along a direction of R^3: the pitchfork is at sigma / alpha = a, VP time
  // log(1 + a^2) / 2.
  const double a = 1.3;
  const std::vector<double> first = {0.6 * a, 0.0, 0.8 * a}, second = {-0.6 * a, 0.0, -0.8 * a};
  std::vector<double> points = first;
  points.insert(points.end(), second.begin(), second.end());
  const PointCloud cloud(points, 3);
  const auto times = even(0.05, 2.0, 40);
  const TimeBracket found = branching_time(cloud, first, second, times, 1e-4);
  const double wanted = 0.5 * std::log(1.0 + a * a);
  EXPECT_LE(found.high - found.low, 1e-4);
  // Mean shift creeps at a symmetric pitchfork, so that it is found a little late.
  EXPECT_NEAR(0.5 * (found.low + found.high), wanted, 1e-3);
  // Below it the modes are those of the Curie-Weiss equation, x = a tanh(a x / s).
  const NoiseLevel level = NoiseLevel::ornstein_uhlenbeck(0.3);
  const double s = level.variance / (level.signal * level.signal);
  double x = a;
  for (int i = 0; i < 500; ++i) x = a * std::tanh(a * x / s);
  const auto modes = uphill_modes(cloud, level, points, 1e-12);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(modes[k], first[k] / a * x, 1e-10);
    EXPECT_NEAR(modes[3 + k], -modes[k], 1e-10);
  }
}

TEST(ModeBranching, UnequalWeightsPartAtTheirFold) {
  // Weights 0.7 and 0.3 at +-1: the smaller one's mode ends in a fold at sigma / alpha = 0.73676.
  const PointCloud cloud(std::vector<double>{1.0, -1.0}, 1, {{}, {0.7, 0.3}});
  const std::vector<double> first = {1.0}, second = {-1.0};
  const TimeBracket found = branching_time(cloud, first, second, even(0.02, 1.0, 50), 1e-5);
  EXPECT_NEAR(0.5 * (found.low + found.high), 0.5 * std::log1p(0.73676 * 0.73676), 3e-5);
}

TEST(ModeBranching, IsNowhereOutsideTheTimes) {
  const PointCloud cloud(std::vector<double>{1.0, -1.0}, 1);
  const std::vector<double> first = {1.0}, second = {-1.0};
  EXPECT_TRUE(std::isnan(branching_time(cloud, first, second, even(0.5, 1.0, 6), 1e-3).low));
  EXPECT_TRUE(std::isnan(branching_time(cloud, first, second, even(0.05, 0.3, 6), 1e-3).low));
}

}  // namespace
}  // namespace syncgap::cloud
