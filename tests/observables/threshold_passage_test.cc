#include "observables/threshold_passage.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace syncgap::observables {
namespace {

ThresholdPassages passages(const std::vector<double>& y) { return threshold_passages(y, 0.5); }

TEST(ThresholdPassages, KnowTheFirstAndTheLastFall) {
  const auto found = passages({1, 0.9, 0.1, 0.6, 0.5, 0.4, 0.2});
  EXPECT_TRUE(found.starts_above);
  EXPECT_FALSE(found.ends_above);
  EXPECT_EQ(found.count, 3);
  EXPECT_EQ(found.first_fall, 1);
  EXPECT_EQ(found.last_fall, 4) << "a point on the threshold is above";
}

TEST(ThresholdPassages, CountRisesToo) {
  const auto found = passages({0.1, 0.7, 0.2, 0.8});
  EXPECT_FALSE(found.starts_above);
  EXPECT_TRUE(found.ends_above);
  EXPECT_EQ(found.count, 3);
  EXPECT_EQ(found.first_fall, 1);
  EXPECT_EQ(found.last_fall, 1);
}

TEST(ThresholdPassages, AreNoneWhereACurveStaysOnOneSide) {
  for (const auto& y : {std::vector<double>{}, {1}, {0.5, 0.6}, {0, 0.4}, {NAN, NAN}}) {
    const auto found = passages(y);
    EXPECT_EQ(found.count, 0);
    EXPECT_EQ(found.first_fall, -1);
    EXPECT_EQ(found.last_fall, -1);
    EXPECT_EQ(found.starts_above, found.ends_above);
  }
  EXPECT_EQ(passages({1, NAN}).last_fall, 0) << "no number is below";
}

TEST(PassageAfter, LiesOnTheStraightLine) {
  const std::vector<double> x = {0, 2, 3}, y = {1, 0.75, 0.25};
  EXPECT_DOUBLE_EQ(passage_after({x, y}, 1, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(passage_after({x, y}, 0, 1.0), 0);
}

}  // namespace
}  // namespace syncgap::observables
