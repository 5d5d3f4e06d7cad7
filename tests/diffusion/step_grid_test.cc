#include "diffusion/step_grid.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "error_text.h"

namespace syncgap::diffusion {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using Steps = std::vector<std::int64_t>;

Steps ascending(StepGrid grid, std::int64_t total, std::int64_t count) {
  auto steps = step_grid(grid, total, count);
  std::reverse(steps.begin(), steps.end());
  return steps;
}

/// How often each gap between neighbours occurs.
std::map<std::int64_t, int> gaps(const Steps& steps) {
  std::map<std::int64_t, int> counts;
  for (std::size_t i = 1; i < steps.size(); ++i) ++counts[steps[i] - steps[i - 1]];
  return counts;
}

/// The steps that lie `gap` above the one before.
Steps after_gap(const Steps& steps, std::int64_t gap) {
  Steps found;
  for (std::size_t i = 1; i < steps.size(); ++i)
    if (steps[i] - steps[i - 1] == gap) found.push_back(steps[i]);
  return found;
}

Steps first(const Steps& steps, std::int64_t n) { return {steps.begin(), steps.begin() + n}; }
Steps last(const Steps& steps, std::int64_t n) { return {steps.end() - n, steps.end()}; }

// Numbers of the authors' space_timesteps("100"), ("250"), ("50").
TEST(StepGrid, EvenStepsAreThoseOfThePublishedCode) {
  const auto hundred = ascending(StepGrid::even, 1000, 100);
  EXPECT_EQ(first(hundred, 8), (Steps{0, 10, 20, 30, 40, 50, 61, 71}));
  EXPECT_EQ(last(hundred, 7), (Steps{938, 949, 959, 969, 979, 989, 999}));
  EXPECT_THAT(gaps(hundred), ElementsAre(Pair(10, 90), Pair(11, 9)));
  EXPECT_EQ(after_gap(hundred, 11), (Steps{61, 172, 283, 394, 505, 616, 727, 838, 949}));

  const auto more = ascending(StepGrid::even, 1000, 250);
  EXPECT_EQ(more.front(), 0);
  EXPECT_EQ(last(more, 2), (Steps{995, 999}));
  EXPECT_THAT(gaps(more), ElementsAre(Pair(4, 246), Pair(5, 3)));
  EXPECT_EQ(after_gap(more, 5), (Steps{169, 502, 835}));

  const auto fewer = ascending(StepGrid::even, 1000, 50);
  EXPECT_EQ(first(fewer, 5), (Steps{0, 20, 41, 61, 82}));
  EXPECT_EQ(last(fewer, 2), (Steps{979, 999}));
}

// "ddim100", "ddim250", "ddim50".
TEST(StepGrid, StridedStepsLeaveOutTheLast) {
  for (const auto& [count, stride, end] :
       {std::array{100, 10, 990}, std::array{250, 4, 996}, std::array{50, 20, 980}}) {
    const auto steps = ascending(StepGrid::strided, 1000, count);
    EXPECT_EQ(std::ssize(steps), count);
    EXPECT_EQ(steps.front(), 0);
    EXPECT_EQ(steps.back(), end);
    EXPECT_THAT(gaps(steps), ElementsAre(Pair(stride, count - 1)));
  }
}

TEST(StepGrid, StepsDescend) {
  EXPECT_EQ(step_grid(StepGrid::even, 1000, 4), (Steps{999, 666, 333, 0}));
  EXPECT_EQ(step_grid(StepGrid::strided, 10, 4), (Steps{9, 6, 3, 0}));
}

TEST(StepGrid, HalvesGoToEvenSteps) {
  EXPECT_EQ(step_grid(StepGrid::even, 6, 3), (Steps{5, 2, 0}));               // 2.5
  EXPECT_EQ(step_grid(StepGrid::even, 8, 3), (Steps{7, 4, 0}));               // 3.5
  EXPECT_EQ(step_grid(StepGrid::even, 1000, 251)[125], 500);                  // 499.5
  EXPECT_EQ(step_grid(StepGrid::even, 10, 7), (Steps{9, 8, 6, 4, 3, 2, 0}));  // 7.5, 4.5, 1.5
}

TEST(StepGrid, AsManyAsThereAreAreAll) {
  for (const std::int64_t total : {1, 2, 57, 1000})
    for (const StepGrid grid : {StepGrid::even, StepGrid::strided}) {
      const auto steps = ascending(grid, total, total);
      ASSERT_EQ(std::ssize(steps), total);
      for (std::int64_t t = 0; t < total; ++t) EXPECT_EQ(steps[t], t);
    }
}

TEST(StepGrid, WhatIsNoGridIsRefused) {
  const auto message = [](StepGrid grid, std::int64_t count) {
    return error_text<InputError>([&] { step_grid(grid, 1000, count); });
  };
  for (const StepGrid grid : {StepGrid::even, StepGrid::strided}) {
    EXPECT_THAT(message(grid, 0), HasSubstr("0 of 1000"));
    EXPECT_THAT(message(grid, 1), HasSubstr("take at least 2"));
    EXPECT_THAT(message(grid, 1001), HasSubstr("1001 of 1000"));
  }
  EXPECT_THAT(message(StepGrid::strided, 300),
              AllOf(HasSubstr("300 of 1000"), HasSubstr("a stride of 3 gives 334, of 4 gives 250"),
                    HasSubstr("or even steps")));
  EXPECT_NO_THROW(step_grid(StepGrid::even, 1000, 300));
}

}  // namespace
}  // namespace syncgap::diffusion
