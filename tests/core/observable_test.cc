#include "core/observable.h"

#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_text.h"

namespace syncgap {
namespace {

using testing::HasSubstr;
using Integers = std::vector<std::int64_t>;

Grid captured_grid(std::size_t steps, std::size_t layers) {
  Integers step(steps), layer(layers);
  std::iota(step.begin(), step.end(), 0);
  std::iota(layer.begin(), layer.end(), 0);
  return Grid({{"step", AxisRole::captured, step, ""}, {"layer", AxisRole::captured, layer, ""}});
}

const std::vector<Observable> kObservables{
    {"agreement", {"step"}, ""}, {"final", {}, ""}, {"profile", {"layer", "step"}, ""}};

TEST(ResultLayout, ObservablesLieOneAfterAnother) {
  const ResultLayout layout(captured_grid(5, 3), kObservables);
  EXPECT_EQ(layout.extent(0), 5U);
  EXPECT_EQ(layout.extent(1), 1U);
  EXPECT_EQ(layout.extent(2), 15U);
  EXPECT_EQ(layout.offset(2), 6U);
  EXPECT_EQ(layout.total(), 21U);
  EXPECT_EQ(layout.index("final"), 1U);
  EXPECT_THROW(layout.index("finale"), std::out_of_range);
}

TEST(ResultLayout, AnImpossiblyLargeUnitIsRefusedWithoutOverflow) {
  const Grid grid = captured_grid(3'000'000, 3'000'000);
  EXPECT_THAT(error_text([&] { ResultLayout(grid, kObservables); }),
              HasSubstr("observable 'profile' has more than 2^40 numbers a unit (axis 'step')"));
}

TEST(Results, StartAsNanAndKeepWhatIsSet) {
  const Grid grid = captured_grid(5, 3);
  const ResultLayout layout(grid, kObservables);
  Results results(layout);
  for (const double x : results.flat()) EXPECT_TRUE(std::isnan(x));
  results["final"][0] = 3;
  results["profile"][14] = 4;
  EXPECT_EQ(results.flat()[5], 3);
  EXPECT_EQ(results.flat()[20], 4);
  EXPECT_EQ(results.at(2).size(), 15U);
  EXPECT_THROW(results["nothing"], std::out_of_range);
  results.reset();
  EXPECT_TRUE(std::isnan(results.flat()[20]));
}

}  // namespace
}  // namespace syncgap
