#include "core/root.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

namespace syncgap {
namespace {

TEST(Root, IsFoundToTheLastBits) {
  const auto f = [](double x) { return x * x - 2.0; };
  EXPECT_NEAR(find_root("root", f, {0.0, 2.0, -2.0, 2.0}), std::sqrt(2.0), 3e-16);
  EXPECT_EQ(find_root("root", f, {1.0, 2.0, 0.0, 2.0}), 1.0);
  EXPECT_EQ(find_root("root", f, {0.0, 5.0, -2.0, 0.0}), 5.0);
}

TEST(Root, SignsAreComparedWhereProductsUnderflow) {
  const auto f = [](double x) { return 1e-200 * (x - 0.3); };
  EXPECT_TRUE(opposite(f(0.0), f(1.0)));
  EXPECT_NEAR(find_root("root", f, {0.0, 1.0, f(0.0), f(1.0)}), 0.3, 1e-15);
  EXPECT_FALSE(opposite(0.0, 1.0));
  EXPECT_FALSE(opposite(std::nan(""), 1.0));
}

TEST(Root, SaysWhatItLookedForWhereNoneIsEnclosed) {
  for (const Bracket& bracket : {Bracket{1.0, 1.0, std::nan(""), std::nan("")},
                                 Bracket{0.0, 1.0, 2.0, 3.0}, Bracket{1.0, 0.0, -1.0, 1.0}}) {
    try {
      find_root(
          "collapse time", [](double x) { return x; }, bracket);
      FAIL() << "no error";
    } catch (const UnitError& error) {
      EXPECT_NE(std::string(error.what()).find("no collapse time was found"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace syncgap
