// Preconditions are checked in this file whatever the build.
#undef NDEBUG
#include "core/check.h"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "core/expect_shape.h"

namespace syncgap {
namespace {

struct Shaped {
  std::vector<std::int64_t> extents;
  const std::vector<std::int64_t>& sizes() const { return extents; }
};

TEST(Expects, PrintsTheExpressionAndItsPlace) {
  const int i = 3, size = 3;
  SYNCGAP_EXPECTS(i == size);
  EXPECT_DEATH(SYNCGAP_EXPECTS(i < size),
               "check_test.cc:[0-9]+: precondition does not hold: i < size\n");
}

TEST(Expects, PrintsWhatExplainsTheFailure) {
  const int i = 3, size = 3;
  SYNCGAP_EXPECTS(i == size, "i = ", i);
  EXPECT_DEATH(SYNCGAP_EXPECTS(i < size, "i = ", i, ", size = ", size),
               "does not hold: i < size \\(i = 3, size = 3\\)");
}

TEST(ExpectsShape, TakesTheSameShapeAndAnySizeForMinusOne) {
  const Shaped images{{4, 2, 8, 9}};
  const std::int64_t B = 4, C = 1;
  // Neither aborts.
  SYNCGAP_EXPECTS_SHAPE(images, B, 2 * C, 8, 9);
  SYNCGAP_EXPECTS_SHAPE(images, -1, 2, -1, -1);
}

TEST(ExpectsShape, PrintsNamesAndBothShapes) {
  const Shaped images{{4, 2, 8, 9}};
  const std::int64_t B = 4, C = 3;
  EXPECT_DEATH(SYNCGAP_EXPECTS_SHAPE(images, B, 2 * C, -1, 9),
               "images has shape \\(B, 2 \\* C, -1, 9\\) "
               "\\(it is \\(4, 2, 8, 9\\), expected \\(4, 6, -1, 9\\)\\)");
  EXPECT_DEATH(SYNCGAP_EXPECTS_SHAPE(images, 4, 2, 8), "expected \\(4, 2, 8\\)")
      << "a dimension less";
}

TEST(Check, NobodyReadsTheRawTextOfALibrary) {
  EXPECT_EQ(message_of(UnitError("seven does not converge")), "seven does not converge");
  EXPECT_EQ(message_of(InputError("bad")), "bad");
  EXPECT_EQ(message_of(std::bad_alloc()),
            "there was not enough memory (std::bad_alloc): run fewer ranks on a host, or make the "
            "job smaller");
  EXPECT_EQ(message_of(std::out_of_range("first line\nat some frame")),
            "something failed that should not (first line): run it again; if it fails again, it is "
            "a bug");
}

}  // namespace
}  // namespace syncgap
