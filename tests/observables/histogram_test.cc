#include "observables/histogram.h"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace syncgap::observables {
namespace {

TEST(Histogram, PutsEdgesHalfwayBetweenCentres) {
  const std::vector<double> centres = {0, 1, 3};
  EXPECT_THAT(Histogram(centres).edges(), ::testing::ElementsAre(-0.5, 0.5, 2.0, 4.0));
}

TEST(Histogram, CountsEveryNumberInTheTotal) {
  const std::vector<double> centres = {0, 1, 3};
  Histogram histogram(centres);
  for (double x : {-0.5, 0.49, 0.5, 1.9, 3.9, 4.0, -7.0, std::nan("")}) histogram.add(x);
  EXPECT_EQ(histogram.total(), 8u);
  const auto density = histogram.density();
  EXPECT_DOUBLE_EQ(density[0].value, 2.0 / 8.0);
  EXPECT_DOUBLE_EQ(density[1].value, 2.0 / 8.0 / 1.5);
  EXPECT_DOUBLE_EQ(density[2].value, 1.0 / 8.0 / 2.0);
  EXPECT_DOUBLE_EQ(density[2].standard_error, rare_event_error(1.0, 1.0, 8.0) / 2.0);
}

TEST(Histogram, AnEmptyBinHasTheErrorOfTheRuleOfThree) {
  const std::vector<double> centres = {0, 1, 2};
  Histogram histogram(centres);
  for (int i = 0; i < 100; ++i) histogram.add(i < 60 ? 0.0 : 1.0);
  const auto density = histogram.density();
  EXPECT_DOUBLE_EQ(density[0].standard_error, std::sqrt(0.6 * 0.4 / 100));
  EXPECT_EQ(density[2].value, 0.0);
  EXPECT_NEAR(kZ95 * density[2].standard_error, 3.0 / 100, 1e-12);
}

}  // namespace
}  // namespace syncgap::observables
