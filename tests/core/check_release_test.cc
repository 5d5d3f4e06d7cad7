// Preconditions are free in this file whatever the build.
#ifndef NDEBUG
#define NDEBUG
#endif
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/expect_shape.h"

namespace syncgap {
namespace {

TEST(ExpectsInRelease, EvaluatesNothing) {
  int evaluated = 0;
  SYNCGAP_EXPECTS(++evaluated == 0, "the ", ++evaluated, " time");
  SYNCGAP_EXPECTS_SHAPE(++evaluated, ++evaluated);
  EXPECT_EQ(evaluated, 0);
}

}  // namespace
}  // namespace syncgap
