#include "experiments/shared/class_shares.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/grid.h"
#include "core/observable.h"

namespace syncgap::experiments {
namespace {

using ::testing::ElementsAre;

TEST(ClassShares, AreOfAllImagesAlsoOfThoseWhoseClassIsNoneOfThem) {
  const std::vector<std::int64_t> labels{2, 0, 2, 7, 0, 2, 999, 2};  // the judge knows a thousand
  const auto counts = class_counts(labels, 3);
  EXPECT_THAT(counts, ElementsAre(2, 0, 4));

  ObservableList list;
  list.add_with_interval("class_share", {"label"}, "share", "1", "syncgap", "Wilson interval");
  const Grid grid({{"label", AxisRole::captured, std::vector<std::int64_t>{0, 1, 2}, "class"}});
  const ResultLayout layout(grid, list.take());
  Results results(layout);
  store_class_shares(counts, 8, results);
  EXPECT_THAT(results.values("class_share"), ElementsAre(0.25, 0, 0.5));
  EXPECT_LT(results.values("class_share_low")[2], 0.5);
  EXPECT_GT(results.values("class_share_high")[1], 0);
}

}  // namespace
}  // namespace syncgap::experiments
