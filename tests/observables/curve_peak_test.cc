#include "observables/curve_peak.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace syncgap::observables {
namespace {

TEST(HighestPoint, FindsTheVertexOfAParabolaOnAnyGrid) {
  const std::vector<double> x = {0.0, 0.5, 0.9, 2.0, 2.3};
  std::vector<double> y;
  for (const double at : x) y.push_back(7.0 - 2.0 * (at - 1.2) * (at - 1.2));
  const CurvePeak peak = highest_point({x, y});
  EXPECT_NEAR(peak.x, 1.2, 1e-12);
  EXPECT_NEAR(peak.height, 7.0, 1e-12);
}

TEST(HighestPoint, IsNowhereAtTheEndsAndOnAPlateauItself) {
  const std::vector<double> x = {0.0, 1.0, 2.0, 3.0};
  EXPECT_TRUE(std::isnan(highest_point({x, std::vector<double>{0, 1, 2, 3}}).x));
  EXPECT_TRUE(std::isnan(highest_point({x, std::vector<double>{3, 2, 1, 0}}).x));
  EXPECT_TRUE(std::isnan(highest_point({x, std::vector<double>{1, 1, 1, 1}}).x));
  EXPECT_NEAR(highest_point({x, std::vector<double>{0, 2, 2, 0}}).x, 1.5, 1e-12);
}

}  // namespace
}  // namespace syncgap::observables
