#include "observables/alignment.h"

#include <vector>

#include <gtest/gtest.h>

namespace syncgap::observables {
namespace {

TEST(AlignmentCrossing, OfAFallingCurveIsOne) {
  const std::vector<double> curve{1.0, 0.99, 0.95, 0.9, 0.4, 0.1};
  const auto at = alignment_crossing(curve, 0.95);
  EXPECT_EQ(at.outermost, 2);
  EXPECT_EQ(at.persistent, 2);
  EXPECT_EQ(at.passages, 1);
}

TEST(AlignmentCrossing, OfACurveThatFallsAndRisesAgainAreTwo) {
  const std::vector<double> curve{1.0, 0.97, 0.9, 0.96, 0.98, 0.2};
  const auto at = alignment_crossing(curve, 0.95);
  EXPECT_EQ(at.outermost, 4);
  EXPECT_EQ(at.persistent, 1);
  EXPECT_EQ(at.passages, 3);
}

TEST(AlignmentCrossing, MayNotExistOrLieAtTheEnds) {
  EXPECT_EQ(alignment_crossing(std::vector<double>{0.1, 0.2}, 0.5).outermost, -1);
  EXPECT_EQ(alignment_crossing(std::vector<double>{0.1, 0.6}, 0.5).persistent, -1);
  EXPECT_EQ(alignment_crossing(std::vector<double>{0.1, 0.6}, 0.5).outermost, 1);
  EXPECT_EQ(alignment_crossing(std::vector<double>{0.7, 0.6}, 0.5).persistent, 1);
  EXPECT_EQ(alignment_crossing({}, 0.5).outermost, -1);
}

}  // namespace
}  // namespace syncgap::observables
