#include "core/axis_reading.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_text.h"

namespace syncgap {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Reals = std::vector<double>;
using Integers = std::vector<std::int64_t>;
using Labels = std::vector<std::string>;

AxisValues read(const std::string& text) {
  const toml::table table = toml::parse("g = " + text);
  return read_axis_values("g", *table.get("g"), "job.toml:9");
}

Reals reals(const std::string& text) { return std::get<Reals>(read(text)); }
Integers integers(const std::string& text) { return std::get<Integers>(read(text)); }
std::string value_refusal(const std::string& text) {
  return error_text([&] { read(text); });
}

TEST(AxisLists, KeepTheirType) {
  EXPECT_THAT(integers("[1, 2, 4]"), ElementsAre(1, 2, 4));
  EXPECT_THAT(reals("[1, 2.5]"), ElementsAre(1.0, 2.5));
  EXPECT_THAT(std::get<Labels>(read("[\"late\", \"early\"]")), ElementsAre("late", "early"));
}

TEST(AxisLists, OneValueNeedsNoBrackets) {
  EXPECT_THAT(integers("3"), ElementsAre(3));
  EXPECT_THAT(reals("0.5"), ElementsAre(0.5));
  EXPECT_THAT(std::get<Labels>(read("\"late\"")), ElementsAre("late"));
  EXPECT_THAT(reals("{ values = 0.5, unit = \"pi\" }"), ElementsAre(0.5 * std::numbers::pi));
}

TEST(AxisLists, MistakesAreNamed) {
  EXPECT_EQ(value_refusal("[]"), "axis 'g' has no values (job.toml:9): give it at least one");
  EXPECT_EQ(value_refusal("[1, \"late\"]"),
            "axis 'g' mixes numbers and labels (job.toml:9): use one kind");
  EXPECT_EQ(value_refusal("[1, true]"),
            "axis 'g' has a value of an unknown kind (job.toml:9): axes hold numbers or labels");
  EXPECT_THAT(value_refusal("[[1, 2]]"), HasSubstr("unknown kind"));
  EXPECT_THAT(value_refusal("2026-01-01"), HasSubstr("unknown kind"));
  EXPECT_THAT(value_refusal("[\"a\\nb\"]"), HasSubstr("a label with a control character"));
}

TEST(Linspace, HasBothEndsAndTheNumbersOneWouldWrite) {
  const Reals g = reals("{ linspace = [0.0, 1.0, 101] }");
  ASSERT_EQ(g.size(), 101U);
  EXPECT_EQ(g[30], 0.3);
  EXPECT_EQ(g[70], 0.7);
  EXPECT_EQ(g.back(), 1.0);
  EXPECT_EQ(reals("{ linspace = [0, 3, 31] }")[29], 2.9);
  EXPECT_THAT(reals("{ linspace = [1, -1, 5] }"), ElementsAre(1, 0.5, 0, -0.5, -1));
  EXPECT_THAT(reals("{ linspace = [0.25, 9.0, 1] }"), ElementsAre(0.25));
}

TEST(Linspace, IsTheSameAsTheRangeAndTheListOfItsDecimals) {
  const Reals g = reals("{ linspace = [0.0, 0.95, 96] }");
  EXPECT_EQ(g, reals("{ range = [0.0, 0.96, 0.01] }"));
  ASSERT_EQ(g.size(), 96U);
  std::string list;
  for (int i = 0; i < 96; ++i) {
    char text[16];
    std::snprintf(text, sizeof text, "%.2f", 0.01 * i);
    EXPECT_EQ(g[i], std::strtod(text, nullptr)) << text;
    list += (i ? ", " : "[") + std::string(text);
  }
  EXPECT_EQ(g, reals(list + "]"));
  EXPECT_EQ(g[3], 0.03);
}

TEST(Linspace, HoldsDecimalsOfFifteenDigits) {
  EXPECT_THAT(reals("{ linspace = [0, 1, 4] }"),
              ElementsAre(0, 0.333333333333333, 0.666666666666667, 1));
  EXPECT_THAT(reals("{ linspace = [-0.3, 0.3, 7] }"),
              ElementsAre(-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3));
  EXPECT_THAT(reals("{ linspace = [1e-300, 1e-299, 2] }"), ElementsAre(1e-300, 1e-299));
  // The ends are what is given, whatever their digits.
  EXPECT_THAT(reals("{ linspace = [0, 3.1415926535897931, 2] }"), ElementsAre(0, std::numbers::pi));
  EXPECT_EQ(reals("{ linspace = [0.0, 2.0, 401] }")[7], 0.035);
  EXPECT_EQ(reals("{ linspace = [0.0, 1.0, 401], unit = \"pi\" }")[12], 0.03 * std::numbers::pi);
}

TEST(Logspace, GoesFromEndToEndByAConstantFactor) {
  const Reals values = reals("{ logspace = [1e-3, 1e3, 7] }");
  ASSERT_EQ(values.size(), 7U);
  EXPECT_EQ(values.front(), 1e-3);
  EXPECT_EQ(values.back(), 1e3);
  for (int i = 0; i < 7; ++i)
    EXPECT_NEAR(values[static_cast<std::size_t>(i)] / std::pow(10.0, i - 3), 1, 1e-14);
  EXPECT_THAT(values, ElementsAre(1e-3, 1e-2, 1e-1, 1, 1e1, 1e2, 1e3));
  EXPECT_THAT(value_refusal("{ logspace = [0, 1, 5] }"),
              HasSubstr("a logspace that is not positive"));
  EXPECT_THAT(value_refusal("{ logspace = [-3, 3, 5] }"), HasSubstr("not their exponents"));
}

TEST(Range, HoldsTheNumbersOneWouldWrite) {
  EXPECT_THAT(reals("{ range = [-0.3, 0.35, 0.1] }"),
              ElementsAre(-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3));
  EXPECT_EQ(reals("{ range = [-1000.3, 1, 0.1] }")[10010], 0.7);
  EXPECT_EQ(reals("{ range = [1.0, 0.0, -0.01] }")[97], 0.03);
}

TEST(Range, LeavesTheEndOut) {
  EXPECT_THAT(integers("{ range = [0, 4] }"), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(integers("{ range = [10, 0, -4] }"), ElementsAre(10, 6, 2));
  EXPECT_THAT(reals("{ range = [0.0, 1.0, 0.25] }"), ElementsAre(0, 0.25, 0.5, 0.75));
}

TEST(Range, RoundingDoesNotLetTheEndIn) {
  EXPECT_EQ(reals("{ range = [0, 1, 0.1] }").size(), 10U);
  EXPECT_EQ(reals("{ range = [0, 0.3, 0.1] }").size(), 3U);
  EXPECT_EQ(reals("{ range = [1, 0, -0.1] }").size(), 10U);
}

TEST(Range, WholeRealsBecomeIntegersOnlyIfAllAre) {
  EXPECT_THAT(integers("{ range = [0.0, 3.0] }"), ElementsAre(0, 1, 2));
  EXPECT_THAT(reals("{ range = [0.5, 3] }"), ElementsAre(0.5, 1.5, 2.5));
}

TEST(Range, EmptyOnesAreRefused) {
  for (const char* text : {"{ range = [1, 1] }", "{ range = [2, 1] }", "{ range = [0, 1, -1] }",
                           "{ range = [0, 1, 0] }"})
    EXPECT_THAT(value_refusal(text), HasSubstr("has an empty range (job.toml:9)"));
}

TEST(Units, OfPiScaleNumbers) {
  const Reals theta = reals("{ linspace = [0.0, 1.0, 33], unit = \"pi\" }");
  EXPECT_EQ(theta.size(), 33U);
  EXPECT_EQ(theta.front(), 0);
  EXPECT_EQ(theta[16], std::numbers::pi / 2);
  EXPECT_EQ(theta.back(), std::numbers::pi);
  EXPECT_THAT(reals("{ unit = \"pi\", values = [0, 1] }"), ElementsAre(0, std::numbers::pi));
  EXPECT_THAT(integers("{ values = [0, 1], unit = \"1\" }"), ElementsAre(0, 1));
}

TEST(Units, UnknownOnesAndLabelsAreRefused) {
  EXPECT_EQ(value_refusal("{ values = [1], unit = \"deg\" }"),
            "axis 'g' has an unknown unit (job.toml:9): \"pi\" and \"1\" are known");
  EXPECT_THAT(value_refusal("{ values = [1], unit = 3 }"), HasSubstr("unknown unit"));
  EXPECT_THAT(value_refusal("{ values = [\"a\"], unit = \"pi\" }"),
              HasSubstr("labels with a unit"));
}

TEST(AxisTables, NeedExactlyOneGenerator) {
  const std::string both =
      "axis 'g' cannot be read (job.toml:9): give exactly one of values, linspace, logspace, range";
  EXPECT_EQ(value_refusal("{ linspace = [0, 1, 3], range = [0, 2] }"), both);
  EXPECT_EQ(value_refusal("{ unit = \"pi\" }"), both);
  EXPECT_EQ(value_refusal("{}"), both);
  EXPECT_EQ(value_refusal("{ linspcae = [0, 1, 3] }"),
            "unknown key of axis 'g' 'linspcae' (job.toml:9): did you mean 'linspace'?");
}

TEST(AxisTables, WrongArgumentsShowTheForm) {
  EXPECT_EQ(value_refusal("{ linspace = [0, 1] }"),
            "axis 'g' cannot be read (job.toml:9): write linspace = [first, last, count]");
  for (const char* text :
       {"{ linspace = 3 }", "{ linspace = [0, 1, \"5\"] }", "{ linspace = [0, 1, 5, 6] }",
        "{ linspace = [0, inf, 5] }", "{ linspace = [nan, 1, 5] }", "{ logspace = [1, 2] }",
        "{ range = [0] }", "{ range = [0, 1, 2, 3] }", "{ linspace = [true, 1, 2] }"})
    EXPECT_THAT(value_refusal(text), HasSubstr("cannot be read (job.toml:9): write ")) << text;
}

TEST(AxisTables, CountsMustBePossible) {
  EXPECT_EQ(value_refusal("{ linspace = [0, 1, 2.5] }"),
            "axis 'g' asks for an impossible number of values (job.toml:9, saw 2.5): give a whole "
            "number from 1 to 50000000");
  for (const char* text :
       {"{ linspace = [0, 1, 0] }", "{ linspace = [0, 1, -3] }", "{ linspace = [0, 1, 1e30] }",
        "{ range = [0, 1e18] }", "{ range = [0, 1, 1e-300] }"})
    EXPECT_THAT(value_refusal(text), HasSubstr("impossible number of values")) << text;
}

}  // namespace
}  // namespace syncgap
