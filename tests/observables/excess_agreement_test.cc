#include "observables/excess_agreement.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace syncgap::observables {
namespace {

TEST(IndependentAgreement, CountsPairsOfDifferentSamples) {
  // Labels 0 0 0 1: of 6 pairs, 3 agree.
  EXPECT_NEAR(independent_agreement(std::vector{0.75, 0.25}, 4), 0.5, 1e-15);
  // 0 0 1 1 2: of 10 pairs, 2 agree.
  EXPECT_NEAR(independent_agreement(std::vector{0.4, 0.4, 0.2}, 5), 0.2, 1e-15);
  EXPECT_DOUBLE_EQ(independent_agreement(std::vector{1.0, 0.0}, 7), 1.0);
  EXPECT_DOUBLE_EQ(independent_agreement(std::vector{0.5, 0.5}, 2), 0.0);
}

TEST(ExcessAgreement, IsZeroForIndependentSamplesAndOneForPerfectOnes) {
  EXPECT_DOUBLE_EQ(excess_agreement(0.6, 0.6), 0.0);
  EXPECT_DOUBLE_EQ(excess_agreement(1.0, 0.6), 1.0);
  EXPECT_DOUBLE_EQ(excess_agreement(0.5, 0.6), -0.25);
  EXPECT_TRUE(std::isnan(excess_agreement(1.0, 1.0)));
}

TEST(SpeciationTime, IsLinearBetweenScanSteps) {
  const std::vector x{10.0, 20.0, 40.0}, y{0.95, 0.75, 0.35};
  const auto time = speciation_time({x, y}, 0.55);
  EXPECT_NEAR(time.outermost, 30.0, 1e-12);
  EXPECT_NEAR(time.persistent, 30.0, 1e-12);
  EXPECT_EQ(time.passages, 1);
}

TEST(SpeciationTime, OutermostAndPersistentDifferWhereTheCurveReturns) {
  const std::vector x{1.0, 2.0, 3.0, 4.0, 5.0}, y{0.8, 0.6, 0.4, 0.6, 0.4};
  const auto time = speciation_time({x, y}, 0.5);
  EXPECT_NEAR(time.persistent, 2.5, 1e-12);
  EXPECT_NEAR(time.outermost, 4.5, 1e-12);
  EXPECT_EQ(time.passages, 3);
}

TEST(SpeciationTime, IsUnknownWhereTheScanDoesNotReachIt) {
  const std::vector x{1.0, 2.0, 3.0};
  for (const auto& y : {std::vector{0.9, 0.8, 0.7}, std::vector{0.3, 0.2, 0.1}}) {
    const auto time = speciation_time({x, y}, 0.5);
    EXPECT_TRUE(std::isnan(time.outermost));
    EXPECT_TRUE(std::isnan(time.persistent));
    EXPECT_EQ(time.passages, 0);
  }
  // Above at both ends: it may come down anywhere beyond the scan.
  const auto returned = speciation_time({x, std::vector{0.9, 0.3, 0.7}}, 0.5);
  EXPECT_TRUE(std::isnan(returned.outermost));
  EXPECT_NEAR(returned.persistent, 1 + 0.4 / 0.6, 1e-12);
}

TEST(SpeciationTime, DoesNotDependOnScaleOfTheAxis) {
  const std::vector x{0.0, 1.0, 2.5, 3.0}, y{1.0, 0.7, 0.2, 0.1};
  std::vector<double> scaled;
  for (const double value : x) scaled.push_back(7 * value);
  EXPECT_NEAR(speciation_time({scaled, y}, 0.55).outermost,
              7 * speciation_time({x, y}, 0.55).outermost, 1e-12);
}

}  // namespace
}  // namespace syncgap::observables
