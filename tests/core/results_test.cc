#include "core/results.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <span>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_text.h"

namespace syncgap {
namespace {

using testing::HasSubstr;
using Integers = std::vector<std::int64_t>;

Grid captured_grid(std::int64_t steps, std::int64_t layers) {
  Integers step(steps), layer(layers);
  std::iota(step.begin(), step.end(), 0);
  std::iota(layer.begin(), layer.end(), 0);
  return Grid({{"step", AxisRole::captured, step, ""}, {"layer", AxisRole::captured, layer, ""}});
}

const std::vector<Observable> kObservables{
    {"agreement", {"step"}, ""}, {"final", {}, ""}, {"profile", {"layer", "step"}, ""}};

TEST(ResultLayout, ObservablesLieOneAfterAnother) {
  const ResultLayout layout(captured_grid(5, 3), kObservables);
  EXPECT_EQ(layout.extent(0), 5);
  EXPECT_EQ(layout.extent(1), 1);
  EXPECT_EQ(layout.extent(2), 15);
  EXPECT_EQ(layout.offset(2), 6);
  EXPECT_EQ(layout.total(), 21);
  EXPECT_EQ(layout.index("final"), 1);
  EXPECT_THROW(layout.index("finale"), std::out_of_range);
}

TEST(ResultLayout, AnImpossiblyLargeUnitIsRefusedWithoutOverflow) {
  const Grid grid = captured_grid(3'000'000, 3'000'000);
  EXPECT_THAT(error_text([&] { ResultLayout(grid, kObservables); }),
              HasSubstr("observable 'profile' has more than 2^40 numbers a unit (axis 'step')"));
}

class NamedCells : public testing::Test {
 protected:
  const Grid grid_ = captured_grid(5, 3);
  const ResultLayout layout_{grid_,
                             {{"agreement", {"step"}, ""},
                              {"agreement_error", {"step"}, ""},
                              {"share", {}, ""},
                              {"share_low", {}, ""},
                              {"share_high", {}, ""},
                              {"profile", {"layer", "step"}, ""}}};
  Results results_{layout_};

  std::string misuse(const std::function<void()>& action) {
    return error_text<std::out_of_range>(action);
  }
};

TEST_F(NamedCells, StartUnsetAndKeepWhatIsSet) {
  for (const double x : results_.flat()) EXPECT_TRUE(std::isnan(x));
  results_.cells("profile").set(4, 2, 4);
  EXPECT_EQ(results_.values("profile")[14], 4);
  EXPECT_EQ(results_.flat().back(), 4);
  EXPECT_THROW(results_.cells("nothing"), std::out_of_range);
  results_.reset();
  EXPECT_TRUE(std::isnan(results_.flat().back()));
}

TEST_F(NamedCells, AnEstimateBringsItsErrorAndAnIntervalItsEnds) {
  results_.cells("agreement").set(Estimate{0.5, 0.1, 7}, 3);
  EXPECT_EQ(results_.values("agreement")[3], 0.5);
  EXPECT_EQ(results_.values("agreement_error")[3], 0.1);
  results_.cells("share").set(0.3, Interval{0.2, 0.4});
  EXPECT_EQ(results_.values("share_low")[0], 0.2);
  EXPECT_EQ(results_.values("share_high")[0], 0.4);
  EXPECT_THAT(misuse([&] { results_.cells("profile").set(Estimate{}, 0, 0); }),
              HasSubstr("declared without the error"));
}

TEST_F(NamedCells, PlacesAreCountedAndInRange) {
  auto profile = results_.cells("profile");
  EXPECT_THAT(misuse([&] { profile.set(1, 0, 5); }),
              HasSubstr("has 5 places on axis 'step', not 5"));
  EXPECT_THAT(misuse([&] { profile.set(1, -1, 0); }), HasSubstr("axis 'layer', not -1"));
  EXPECT_THAT(misuse([&] { profile.set(1, 0); }), HasSubstr("has 5 cells there"));
  EXPECT_THAT(misuse([&] { profile.set(1, 0, 0, 0); }), HasSubstr("3 places were given"));
}

TEST_F(NamedCells, ABlockTakesAsManyValuesAsItHasCells) {
  auto profile = results_.cells("profile");
  const std::vector<double> row{1, 2, 3, 4, 5};
  profile.assign(row, 1);
  EXPECT_EQ(results_.values("profile")[5], 1);
  EXPECT_EQ(results_.values("profile")[9], 5);
  EXPECT_THAT(misuse([&] { profile.assign(row); }), HasSubstr("has 15 cells there, and 5 values"));
  const std::vector<Estimate> estimates(5, Estimate{0.5, 0.1, 3});
  results_.cells("agreement").assign(std::span<const Estimate>(estimates));
  EXPECT_EQ(results_.values("agreement_error")[4], 0.1);
}

TEST_F(NamedCells, ABlockIsFilledInPlaceAndWhatIsNotIsUnset) {
  results_.none({"agreement", "share", "profile"});
  const std::span<double> row = results_.cells("profile").fill(1);
  ASSERT_EQ(row.size(), 5U);
  std::fill(row.begin(), row.end() - 1, 2.0);
  EXPECT_EQ(results_.values("profile")[8], 2);
  EXPECT_TRUE(std::isnan(results_.values("profile")[4]));
  EXPECT_THAT(results_.first_fault(), HasSubstr("'profile' is nan at captured index 9 of 15"));
  row.back() = 3;
  EXPECT_EQ(results_.first_fault(), "");
  EXPECT_THAT(misuse([&] { results_.cells("profile").fill(3); }), HasSubstr("axis 'layer', not 3"));
}

TEST_F(NamedCells, NanIsAFaultUnlessItWasSaidOnPurpose) {
  const double nan = std::nan("");
  EXPECT_THAT(results_.first_fault(), HasSubstr("'agreement' is nan at captured index 0 of 5"));
  results_.none({"agreement", "share", "profile"});
  EXPECT_EQ(results_.first_fault(), "");
  results_.cells("profile").set(nan, 1, 2);
  EXPECT_THAT(results_.first_fault(), HasSubstr("'profile' is nan at captured index 7 of 15"));
  results_.cells("profile").set_or_none(nan, 1, 2);
  EXPECT_EQ(results_.first_fault(), "");
  results_.cells("agreement").set_or_none(Estimate{0.5, nan, 1}, 2);
  EXPECT_EQ(results_.first_fault(), "");
  results_.cells("profile").set_or_none(HUGE_VAL, 0, 0);
  EXPECT_THAT(results_.first_fault(), HasSubstr("'profile' is inf"));
}

}  // namespace
}  // namespace syncgap
