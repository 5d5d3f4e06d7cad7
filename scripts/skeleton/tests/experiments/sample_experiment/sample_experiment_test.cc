#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/run_job.h"

namespace syncgap::experiments {
namespace {

using testing::HasSubstr;

const std::string kJob = R"(
[experiment]
name = "sample_experiment"
[axes]
sigma = [0.5, 2.0]
seed = [1, 2]
)";

TEST(SampleExperiment, MomentsAreThoseOfANormal) {
  const RanJob job = RanJob::from_file("sample_experiment.toml", "smoke", {"axes.sigma=[0.5,2.0]"});
  expect_complete(job);
  ASSERT_EQ(job.size(), 2u);
  for (std::size_t unit = 0; unit < job.size(); ++unit) {
    const double variance = unit == 0 ? 0.25 : 4.0;
    const double exact[] = {variance, 3 * variance * variance};
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_DOUBLE_EQ(job.value("moment_exact", unit, i), exact[i]);
      // 4 standard errors: one comparison in 16,000 is farther out by chance.
      EXPECT_LE(std::abs(job.value("moment", unit, i) - exact[i]),
                4 * job.value("moment_error", unit, i));
    }
    // Var x^2 = 2 sigma^4; its estimate from 2000 trials is good to about 6%.
    EXPECT_NEAR(job.value("moment_error", unit, 0) / (variance * std::sqrt(2.0 / 2000)), 1, 0.25);
  }
}

TEST(SampleExperiment, SigmasShareTheirNumbersAndSeedsDoNot) {
  const RanJob job = RanJob::from_text(kJob);
  ASSERT_EQ(job.size(), 4u);  // (0.5, 1), (0.5, 2), (2, 1), (2, 2)
  for (std::size_t seed = 0; seed < 2; ++seed)
    EXPECT_DOUBLE_EQ(job.value("moment", 2 + seed), 16 * job.value("moment", seed));
  EXPECT_NE(job.value("moment", 0), job.value("moment", 1));
}

TEST(SampleExperiment, WhatItCannotComputeIsRefused) {
  EXPECT_THAT(refusal(kJob, {"axes.power=[3]"}), HasSubstr("give even powers"));
  EXPECT_THAT(refusal(kJob, {"axes.sigma=[0.0]"}), HasSubstr("give values above 0"));
  EXPECT_THAT(refusal(kJob, {"experiment.trials=1"}), HasSubstr("trials"));
}

}  // namespace
}  // namespace syncgap::experiments
