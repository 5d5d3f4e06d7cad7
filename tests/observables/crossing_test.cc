#include "observables/crossing.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace syncgap::observables {
namespace {

struct Points {
  std::vector<double> x, y;
  operator Curve() const { return {x, y}; }
};

template <class Function>
Points sample(Function f, double from, double step, int count) {
  Points points;
  for (int i = 0; i < count; ++i) {
    points.x.push_back(from + i * step);
    points.y.push_back(f(points.x.back()));
  }
  return points;
}

TEST(LastCrossing, FindsWhereASmoothCurvePassesALevel) {
  const Points fall =
      sample([](double x) { return 0.5 + 0.5 / (1 + std::exp(3 * (x - 2.3))); }, 0, 0.25, 20);
  EXPECT_NEAR(last_crossing(fall, 0.75), 2.3, 2e-3);
}

TEST(LastCrossing, TakesTheLastOfSeveral) {
  const Points wave = sample([](double x) { return std::sin(x); }, 0.5, 0.1, 120);
  EXPECT_NEAR(last_crossing(wave, 0.0), 4 * M_PI - M_PI, 1e-4);
}

TEST(LastCrossing, IsLinearBetweenTwoPoints) {
  EXPECT_NEAR(last_crossing(Points{{1, 3}, {0, 4}}, 1.0), 1.5, 1e-12);
}

TEST(LastCrossing, IsAChangeOfSign) {
  const Points through{{0, 1, 2, 3, 4, 5}, {2, 1, 0, -1, -2, -3}};
  EXPECT_EQ(last_crossing(through, 0.0), 2.0);
  // On the level for a while, then beyond it: the middle of that while.
  EXPECT_EQ(last_crossing(Points{{0, 1, 2, 3, 4, 5}, {2, 0, 0, 0, -2, -3}}, 0.0), 2.0);
  // Ends on it, starts on it, touches it.
  EXPECT_TRUE(std::isnan(last_crossing(Points{{1, 3}, {0, 4}}, 4.0)));
  EXPECT_TRUE(std::isnan(last_crossing(Points{{0, 1, 2, 3, 4}, {1, 1, 2, 2, 3}}, 1.0)));
  EXPECT_TRUE(std::isnan(last_crossing(Points{{0, 1, 2, 3, 4}, {3, 2, 1, 2, 3}}, 1.0)));
  EXPECT_TRUE(std::isnan(last_crossing(Points{{0, 1, 2, 3, 4}, {1, 1, 1, 1, 1}}, 1.0)));
}

TEST(LastCrossing, IsNowhereIfTheLevelIsNotReached) {
  EXPECT_TRUE(std::isnan(last_crossing(Points{{0, 1, 2, 3}, {1, 2, 1, 2}}, 3.0)));
  EXPECT_TRUE(std::isnan(last_crossing(Points{{0}, {1}}, 1.0)));
}

TEST(IntersectionNear, FindsWhereCurvesOnDifferentPointsMeet) {
  const Points first = sample([](double x) { return std::exp(-x); }, 0, 0.1, 30);
  const Points second = sample([](double x) { return 0.3 * x; }, 0.05, 0.17, 12);
  const Intersection seen = intersection_near(first, second, 0.5);
  EXPECT_NEAR(std::exp(-seen.x), 0.3 * seen.x, 1e-5);
  EXPECT_NEAR(seen.y, 0.3 * seen.x, 1e-5);
}

TEST(IntersectionNear, LooksOnlyWhereBothCurvesAre) {
  const Points first{{0, 1, 2}, {0, 1, 2}}, second{{1.6, 1.8, 3}, {1.5, 1.5, 1.5}};
  EXPECT_TRUE(std::isnan(intersection_near(first, second, 0.5).x));
}

TEST(IntersectionNear, CurvesThatAreOneDoNotCross) {
  // A scan that ends while both curves are still 1; in the second both have begun to fall.
  const Points ones = sample([](double) { return 1.0; }, 0.5, 0.25, 11);
  EXPECT_TRUE(std::isnan(intersection_near(ones, ones, 0.775).x));
  EXPECT_TRUE(std::isnan(intersection_near(ones, ones, 0.775).y));
  const Points first{{0, 1, 2, 3, 4, 5}, {1, 1, 1, 0.99, 0.9, 0.8}};
  const Points second{{0, 1, 2, 3, 4, 5}, {1, 1, 1, 0.98, 0.8, 0.6}};
  EXPECT_TRUE(std::isnan(intersection_near(first, second, 0.775).x));
}

TEST(IntersectionNear, HasNoShareAboveOne) {
  const Points first{{0, 1, 2, 3, 4, 5}, {1, 1, 1, 1, 0.5, 0.2}};
  const Points second{{0.3, 1.1, 2.1, 2.9, 4.2, 5}, {0.9, 0.95, 1, 1, 1, 1}};
  const Intersection seen = intersection_near(first, second, 1.0);
  EXPECT_GT(seen.x, 2.0);
  EXPECT_LE(seen.y, 1.0);
}

// Two falling curves that cross once for good, and by noise of a thousandth where both are flat.
TEST(IntersectionNear, IsNotMisledByNoiseAtTheEnds) {
  auto fall = [](double rate) {
    return [rate](double x) {
      return 0.5 + 0.5 / (1 + std::exp(rate * (x - 2))) + 1e-3 * std::cos(97 * rate * x);
    };
  };
  const Points first = sample(fall(4), 0, 0.2, 40), second = sample(fall(7), 0, 0.2, 40);
  const Intersection seen = intersection_near(first, second, 0.7);
  EXPECT_NEAR(seen.x, 2.0, 0.02);
  EXPECT_NEAR(seen.y, 0.75, 0.01);
  EXPECT_GT(std::abs(intersection_near(first, second, 0.5).x - 2.0), 0.5);
}

}  // namespace
}  // namespace syncgap::observables
