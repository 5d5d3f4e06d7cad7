#include "app/sizes.h"

#include <gtest/gtest.h>

namespace syncgap::app {
namespace {

TEST(SizeText, HasDecimalPrefixes) {
  EXPECT_EQ(size_text(0), "0 B");
  EXPECT_EQ(size_text(999), "999 B");
  EXPECT_EQ(size_text(1000), "1 kB");
  EXPECT_EQ(size_text(30.9e6), "30.9 MB");
  EXPECT_EQ(size_text(2.5e12), "2.5 TB");
  EXPECT_EQ(size_text(7e18), "7e+03 PB");
}

TEST(ShortNumber, HasThreeDigitsOrSo) {
  EXPECT_EQ(short_number(0), "0.00");
  EXPECT_EQ(short_number(3.14159), "3.14");
  EXPECT_EQ(short_number(31.4159), "31.4");
  EXPECT_EQ(short_number(31415.9), "31416");
  EXPECT_EQ(short_number(3e-5), "3e-05");
  EXPECT_EQ(short_number(1.5e9), "1.5e+09");
  EXPECT_EQ(short_number(-31.4159), "-31.4");
}

}  // namespace
}  // namespace syncgap::app
