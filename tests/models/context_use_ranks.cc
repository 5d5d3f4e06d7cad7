#include <gtest/gtest.h>

#include "models/context_use.h"
#include "models/small_context.h"
#include "parallel/communicator.h"

namespace syncgap::models {
namespace {

void expect_same(const std::vector<Estimate>& a, const std::vector<Estimate>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t s = 0; s < a.size(); ++s) {
    EXPECT_EQ(a[s].value, b[s].value);
    EXPECT_EQ(a[s].standard_error, b[s].standard_error);
  }
}

TEST(ContextUseOfATeam, HasTheBitsOfOneRank) {
  const auto ranks = parallel::Communicator::world();
  SmallContext made(100);
  const auto model = SmallContext::model();
  const auto measure = [&](const parallel::Team& team) {
    return measure_context_use(made.task, model, {1, 8, 17}, 40, team);
  };
  const auto together = measure(parallel::Team(ranks)), alone = measure({});
  EXPECT_NE(alone.rise_other[0].value, 0);
  expect_same(together.own.noise, alone.own.noise);
  expect_same(together.own.clean, alone.own.clean);
  expect_same(together.other.clean, alone.other.clean);
  expect_same(together.uniform.noise, alone.uniform.noise);
  expect_same(together.rise_other, alone.rise_other);
  expect_same(together.rise_uniform, alone.rise_uniform);
}

}  // namespace
}  // namespace syncgap::models
