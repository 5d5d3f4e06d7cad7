#include "store/units.h"

#include <gtest/gtest.h>

namespace syncgap::store {
namespace {

TEST(Units, ThatUnitLibrariesKnowStand) {
  for (const char* unit : {"1", "rad", "s", "1 / s"}) {
    EXPECT_EQ(standard_units(unit), unit);
    EXPECT_EQ(long_name("a rate", unit), "a rate");
  }
}

TEST(Units, ThatTheyDoNotKnowStandInTheLongName) {
  EXPECT_EQ(standard_units("nat / step"), "1");
  EXPECT_EQ(long_name("entropy H[y|x]", "nat"), "entropy H[y|x] (nat)");
}

TEST(Units, AndMeaningComeBackAsTheyWere) {
  for (const char* unit : {"1", "rad", "nat", "1/time", "nat^2", "pixel"})
    for (const char* meaning : {"", "time", "entropy (nat)", "t (1)", "(nat)"})
      EXPECT_EQ(meaning_of(long_name(meaning, unit), unit), meaning) << unit;
}

}  // namespace
}  // namespace syncgap::store
