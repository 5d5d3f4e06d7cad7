#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/run_job.h"

namespace syncgap::experiments {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(SynchronizationGapPlan, StepsThatNoDiffusionHasAreRefused) {
  const auto refused = [](const std::string& setting) {
    return refusal(R"([experiment]
name = "synchronization_gap"
[axes]
horizon = [12, 20]
step = { range = [0, 20] }
intervention_step = [5, 15]
image_step = [19, 0]
)",
                   {setting});
  };
  EXPECT_THAT(refused("axes.intervention_step=[5, 20]"),
              AllOf(HasSubstr("axes.intervention_step, saw 20"), HasSubstr("below 20")));
  EXPECT_THAT(refused("axes.intervention_step=[-1]"), HasSubstr("saw -1"));
  EXPECT_THAT(refused("axes.image_step=[199, 0]"), HasSubstr("axes.image_step, saw 199"));
  EXPECT_THAT(refused("axes.step={range=[0, 12]}"), HasSubstr("axes.step, 12 values"));
}

}  // namespace
}  // namespace syncgap::experiments
