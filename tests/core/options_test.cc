#include "core/options.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_text.h"

namespace syncgap {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Settings {
  bool paired = true;
  int trials = 2000;
  std::int64_t dimension = 32;
  std::uint8_t shift = 3;
  double beta = 1.0;
  double shift_in_time = 0.0;
  std::string score = "path";
  std::vector<double> knots = {0.5};
  std::vector<std::string> sets = {"train"};
  std::vector<std::int64_t> copies = {2};

  OptionTable table() {
    OptionTable options;
    options.add("paired", paired, "", "same noise for all schedules");
    options.add("trials", trials, "n", "trajectories per unit").at_least(1).at_most(1e6);
    options.add("dimension", dimension, "d", "dimensions").above(1);
    options.add("shift", shift, "", "a small one");
    options.add("beta", beta, "beta", "relaxation rate").above(0).unit("1/time");
    options.add("shift_in_time", shift_in_time, "", "no limits");
    options.add("score", score, "", "which score").one_of({"printed", "path", "joint"});
    options.add("knots", knots, "", "times of a piecewise schedule").at_least(0).below(1);
    options.add("sets", sets, "", "data sets").one_of({"train", "test"});
    options.add("copies", copies, "", "copies of each").at_least(1);
    return options;
  }
};

class OptionTableTest : public testing::Test {
 protected:
  void set(std::string_view name, const OptionValue& value) {
    table_.set(name, value, "job.toml:4");
  }
  std::string refusal(std::string_view name, const OptionValue& value) {
    return error_text([&] { set(name, value); });
  }

  Settings settings_;
  OptionTable table_ = settings_.table();
};

TEST_F(OptionTableTest, EveryKindOfMemberIsSetAndReadBack) {
  set("paired", false);
  set("trials", std::int64_t{7});
  set("dimension", std::int64_t{1} << 40);
  set("shift", std::int64_t{255});
  set("beta", 0.25);
  set("score", std::string("joint"));
  set("knots", std::vector<double>{0.0, 0.5});
  set("sets", std::vector<std::string>{"test", "train"});
  EXPECT_FALSE(settings_.paired);
  EXPECT_EQ(settings_.trials, 7);
  EXPECT_EQ(settings_.dimension, std::int64_t{1} << 40);
  EXPECT_EQ(settings_.shift, 255);
  EXPECT_EQ(settings_.beta, 0.25);
  EXPECT_EQ(settings_.score, "joint");
  EXPECT_THAT(settings_.knots, ElementsAre(0.0, 0.5));
  EXPECT_THAT(settings_.sets, ElementsAre("test", "train"));
  EXPECT_EQ(std::get<std::int64_t>(table_.all()[1].value()), 7);
  EXPECT_EQ(std::get<std::int64_t>(table_.all()[1].default_value()), 2000);
}

TEST_F(OptionTableTest, WholeNumbersAndRealsBecomeEachOtherWhereThatIsExact) {
  set("beta", std::int64_t{2});
  EXPECT_EQ(settings_.beta, 2.0);
  set("trials", 1e5);
  EXPECT_EQ(settings_.trials, 100000);
  set("dimension", 9007199254740991.0);
  EXPECT_EQ(settings_.dimension, 9007199254740991);
  set("copies", std::vector<double>{1e2, 3});
  EXPECT_THAT(settings_.copies, ElementsAre(100, 3));
  EXPECT_EQ(refusal("trials", 5.5),
            "option 'trials' takes a whole number (job.toml:4, saw 5.5): the default is 2000");
  EXPECT_THAT(refusal("trials", 1e-5), HasSubstr("takes a whole number"));
  EXPECT_THAT(refusal("trials", 1e16), HasSubstr("takes a whole number"));
  EXPECT_EQ(refusal("copies", std::vector<double>{1.5}),
            "option 'copies' takes a list of whole numbers (job.toml:4, saw [1.5]): the default is "
            "[2.0]");
}

TEST_F(OptionTableTest, AWrongTypeNamesBothTypesAndTheDefault) {
  EXPECT_EQ(refusal("trials", std::string("many")),
            "option 'trials' takes a whole number (job.toml:4, saw \"many\"): the default is 2000");
  EXPECT_EQ(refusal("paired", std::int64_t{1}),
            "option 'paired' takes true or false (job.toml:4, saw 1): the default is true");
  EXPECT_THAT(refusal("knots", 0.5), HasSubstr("takes a list of numbers"));
  EXPECT_THAT(refusal("sets", std::vector<double>{1}), HasSubstr("takes a list of strings"));
}

TEST_F(OptionTableTest, AnEmptyListFitsBothKindsOfList) {
  set("sets", std::vector<double>{});
  EXPECT_TRUE(settings_.sets.empty());
  set("knots", std::vector<double>{});
  EXPECT_TRUE(settings_.knots.empty());
}

TEST_F(OptionTableTest, LimitsAreInclusiveOrExclusiveAsSaid) {
  set("trials", std::int64_t{1});
  set("trials", std::int64_t{1000000});
  EXPECT_EQ(refusal("trials", std::int64_t{0}),
            "option 'trials' is out of range (job.toml:4, saw 0): it must be >= 1, <= 1e+06");
  EXPECT_THAT(refusal("trials", std::int64_t{1000001}), HasSubstr("out of range"));
  EXPECT_THAT(refusal("dimension", std::int64_t{1}), HasSubstr("must be > 1"));
  EXPECT_THAT(refusal("beta", 0.0), HasSubstr("must be > 0"));
  EXPECT_THAT(refusal("knots", std::vector<double>{0.0, 1.0}), HasSubstr("must be >= 0, < 1"));
}

TEST_F(OptionTableTest, NumbersMustBeFiniteWhateverTheirLimits) {
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(refusal("beta", infinite),
            "option 'beta' is not finite (job.toml:4, saw inf): give a finite number, > 0");
  EXPECT_EQ(refusal("beta", std::nan("")),
            "option 'beta' is not finite (job.toml:4, saw nan): give a finite number, > 0");
  EXPECT_EQ(refusal("shift_in_time", -infinite),
            "option 'shift_in_time' is not finite (job.toml:4, saw -inf): give a finite number");
  EXPECT_EQ(refusal("knots", std::vector<double>{0.5, infinite}),
            "option 'knots' is not finite (job.toml:4, saw [0.5, inf]): give a finite number, "
            ">= 0, < 1");
  EXPECT_THAT(refusal("trials", infinite), HasSubstr("takes a whole number"));
}

TEST_F(OptionTableTest, ANumberTooLargeForItsMemberIsRefusedNotWrapped) {
  EXPECT_THAT(refusal("shift", std::int64_t{256}), HasSubstr("does not fit"));
  EXPECT_THAT(refusal("shift", std::int64_t{-1}), HasSubstr("does not fit"));
  EXPECT_EQ(settings_.shift, 3);
}

TEST(Paths, BeginWithTheFolderOfTheUserWhereTheySaySo) {
  const char* home = std::getenv("HOME");
  const std::string before = home != nullptr ? home : "";
  setenv("HOME", "/home/someone", 1);
  std::string folder = "models", name = "~/a";
  OptionTable table;
  table.add("folder", folder, "", "a folder").path();
  table.add("name", name, "", "no path");
  table.set("folder", std::string("~/data/mnist"), "job.toml:4");
  EXPECT_EQ(folder, "/home/someone/data/mnist");
  table.set("folder", std::string("~"), "job.toml:4");
  EXPECT_EQ(folder, "/home/someone");
  for (const std::string same : {"~other/data", "data/~/x", "/data~", ""}) {
    table.set("folder", same, "job.toml:4");
    EXPECT_EQ(folder, same);
  }
  table.set("name", std::string("~/b"), "job.toml:4");
  EXPECT_EQ(name, "~/b");
  unsetenv("HOME");
  EXPECT_EQ(with_home("~/data"), "~/data");
  if (home != nullptr) setenv("HOME", before.c_str(), 1);
}

TEST_F(OptionTableTest, AChoiceMustBeOneOfThoseOffered) {
  EXPECT_EQ(refusal("score", std::string("exact")),
            "option 'score' is out of range (job.toml:4, saw \"exact\"): it must be one of printed "
            "path joint");
  EXPECT_THAT(refusal("sets", std::vector<std::string>{"train", "tests"}), HasSubstr("one of"));
  EXPECT_EQ(settings_.score, "path");
}

TEST_F(OptionTableTest, ControlCharactersAreRefused) {
  EXPECT_EQ(refusal("score", std::string("pa\nth")),
            "option 'score' has a control character (job.toml:4, saw \"pa\\u000Ath\"): remove it");
  EXPECT_THAT(refusal("sets", std::vector<std::string>{std::string("a\0b", 3)}),
              HasSubstr("control character"));
}

TEST_F(OptionTableTest, AnUnknownNameOffersTheNearestOrAll) {
  EXPECT_EQ(refusal("trails", std::int64_t{3}),
            "unknown option 'trails' (job.toml:4): did you mean 'trials'?");
  EXPECT_EQ(refusal("temperature", 1.0),
            "unknown option 'temperature' (job.toml:4): known are paired trials dimension shift "
            "beta shift_in_time score knots sets copies");
}

TEST(NearestName, OnlyOffersWhatMayBeATypo) {
  const std::vector<std::string> known{"g", "theta", "schedule", "dimension"};
  EXPECT_EQ(nearest_name("tehta", known), "theta");
  EXPECT_EQ(nearest_name("shedule", known), "schedule");
  EXPECT_EQ(nearest_name("dim", known), std::nullopt);
  EXPECT_EQ(nearest_name("completely_different", known), std::nullopt);
  EXPECT_EQ(nearest_name(std::string(5000, 'x'), known), std::nullopt);
  EXPECT_EQ(nearest_name("x", {}), std::nullopt);
}

TEST(UnknownNameMessage, SaysSoWhenNothingIsKnown) {
  EXPECT_EQ(unknown_name_message("profile", "smoke", "job.toml", {}),
            "unknown profile 'smoke' (job.toml): there are none");
}

TEST(ToToml, NumbersReadBackToTheSameBits) {
  for (const double x : {0.1, 1.0 / 3.0, 1e300, 5e-324, 2.2250738585072014e-308, -0.0, 100000.0,
                         1e22, 123456789.125, std::numeric_limits<double>::max()}) {
    const std::string text = to_toml(x);
    const double back = std::strtod(text.c_str(), nullptr);
    EXPECT_EQ(std::signbit(back), std::signbit(x)) << text;
    EXPECT_EQ(back, x) << text;
    // Without a point or an exponent TOML would read a whole number.
    EXPECT_NE(text.find_first_of(".e"), std::string::npos) << text;
  }
  EXPECT_EQ(to_toml(0.1), "0.1");
  EXPECT_EQ(to_toml(2.0), "2.0");
  EXPECT_EQ(to_toml(std::int64_t{2}), "2");
  EXPECT_EQ(to_toml(std::vector<double>{1, 0.5}), "[1.0, 0.5]");
  EXPECT_EQ(to_toml(true), "true");
}

TEST(ToToml, StringsAreQuotedSoThatTheyFitOnALine) {
  EXPECT_EQ(to_toml(std::string("a \"b\" \\c")), "\"a \\\"b\\\" \\\\c\"");
  EXPECT_EQ(to_toml(std::string("tab\there")), "\"tab\\u0009here\"");
  EXPECT_EQ(to_toml(std::string("κ(t)")), "\"κ(t)\"");
}

}  // namespace
}  // namespace syncgap
