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
  EXPECT_DOUBLE_EQ(density[2].standard_error, std::sqrt(1.0 / 8 * 7.0 / 8 / 8) / 2.0);
}

}  // namespace
}  // namespace syncgap::observables
