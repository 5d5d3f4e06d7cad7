#include "experiments/mixture_collapse/mixture_collapse.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/run_job.h"

namespace syncgap::experiments {
namespace {

using ::testing::HasSubstr;

constexpr const char* kSmallCollapse = R"(
[experiment]
name = "mixture_collapse"
data_sets = 30
evaluations = 20
[axes]
dimension = [24]
points = [400]
time = [0.02, 0.2, 0.4, 0.7, 1.0, 1.5, 2.5, 8.0]
curve_time = [0.1, 0.5, 1.0, 5.0]
)";

/// Largest deviation from the exact average at finite n and d, in standard errors.
double worst_deviation(const RanJob& job, std::size_t unit, const std::string& measured,
                       const std::string& exact) {
  double worst = 0;
  for (std::size_t i = 0; i < job.values(measured, unit).size(); ++i) {
    const double error = job.value(measured + "_error", unit, i);
    const double off = job.value(measured, unit, i) - job.value(exact, unit, i);
    if (error > 1e-9) worst = std::max(worst, std::abs(off) / error);
  }
  return worst;
}

TEST(MixtureCollapse, FillsEverything) { expect_complete(RanJob::from_text(kSmallCollapse)); }

// Energies from their law, and data sets in all coordinates in either precision: each against the
// quadrature. Four standard errors over 30 data sets.
TEST(MixtureCollapse, EveryModeHasTheExactAverages) {
  const RanJob job =
      RanJob::from_text(kSmallCollapse, {"axes.method=[\"reduced\", \"full\", \"full_single\"]"});
  ASSERT_EQ(job.size(), 3u);
  for (std::size_t unit = 0; unit < 3; ++unit) {
    EXPECT_LT(worst_deviation(job, unit, "excess_entropy", "excess_entropy_finite"), 4.0) << unit;
    EXPECT_LT(worst_deviation(job, unit, "true_weight", "true_weight_finite"), 4.0) << unit;
    EXPECT_LT(worst_deviation(job, unit, "excess_entropy_printed", "excess_entropy_finite"), 4.0)
        << unit;
  }
  // The same numbers in two precisions.
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_NEAR(job.value("true_weight", 1, i), job.value("true_weight", 2, i), 1e-5);
    EXPECT_NEAR(job.value("excess_entropy", 1, i), job.value("excess_entropy", 2, i), 1e-6);
  }
}

TEST(MixtureCollapse, HasTheLimitsOfTime) {
  const RanJob job = RanJob::from_text(kSmallCollapse);
  EXPECT_NEAR(job.value("true_weight", 0, 0), 1.0, 1e-6);
  EXPECT_NEAR(job.value("excess_entropy", 0, 0), 0.0, 1e-6);
  EXPECT_NEAR(job.value("true_weight", 0, 7), 1.0 / 400, 1e-4);
  EXPECT_NEAR(job.value("excess_entropy", 0, 7), std::log(400.0) / 24, 1e-4);
  EXPECT_NEAR(job.value("load", 0), std::log(400.0) / 24, 1e-15);
}

TEST(MixtureCollapse, LosesLessNoiseThanThePrintedEstimate) {
  const RanJob job = RanJob::from_text(kSmallCollapse);
  for (std::size_t i = 0; i < 8; ++i)
    EXPECT_LT(job.value("excess_entropy_error", 0, i),
              0.8 * job.value("excess_entropy_printed_error", 0, i));
}

TEST(MixtureCollapse, FindsTheTimeOfTheWeight) {
  const RanJob job = RanJob::from_text(kSmallCollapse, {"experiment.evaluations=60"});
  EXPECT_NEAR(job.value("weight_time", 0), job.value("weight_time_finite", 0),
              4 * job.value("weight_time_error", 0));
  EXPECT_GT(job.value("weight_time", 0), 0.2);
  EXPECT_LT(job.value("weight_time", 0), 1.5);
}

TEST(MixtureCollapse, KnowsSizesThatCannotBeDrawn) {
  const RanJob job = RanJob::from_text(
      R"(
[experiment]
name = "mixture_collapse"
size = "alpha"
clock = "collapse"
[axes]
method = ["none"]
dimension = [64, 256]
alpha = [0.5]
time = [0.5, 1.0, 2.0]
curve_time = [0.5, 1.0, 2.0]
)");
  EXPECT_TRUE(std::isnan(job.value("true_weight", 0, 0)));
  for (std::size_t unit = 0; unit < 2; ++unit) {
    EXPECT_GT(job.value("true_weight_finite", unit, 0), 0.95);
    EXPECT_LT(job.value("true_weight_finite", unit, 2), 0.05);
    EXPECT_NEAR(job.value("diffusion_time", unit, 1), job.value("collapse_time", unit), 1e-15);
    EXPECT_NEAR(job.value("population_excess_entropy", unit, 1), 0.0, 1e-14);
    EXPECT_NEAR(job.value("own_free_energy", unit, 1), -0.5, 1e-12);
  }
  EXPECT_NEAR(job.value("log_points", 1), 128.0, 1e-12);
}

TEST(MixtureCollapse, RefusesWhatMakesNoSense) {
  EXPECT_THAT(refusal(kSmallCollapse, {"axes.points=[1]"}), HasSubstr("at least 2 points"));
  EXPECT_THAT(refusal(kSmallCollapse, {"axes.time=[0.0, 1.0]"}), HasSubstr("no noise at t = 0"));
  EXPECT_THAT(refusal(kSmallCollapse, {"axes.dimension=[3]"}), HasSubstr("d >= 4"));
  EXPECT_THAT(refusal(kSmallCollapse, {"axes.points=[1000000000]"}), HasSubstr("'none'"));
  EXPECT_THAT(refusal(kSmallCollapse, {"experiment.size=\"alpha\""}), HasSubstr("points"));
  EXPECT_THAT(refusal(kSmallCollapse, {"experiment.data_sets=1"}), HasSubstr("data_sets"));
}

TEST(MixtureCollapse, JobsRun) {
  for (const char* file : {"regimes_figure3.toml", "regimes_collapse_scaling.toml",
                           "regimes_collapse_large.toml", "regimes_dimension_curse.toml"})
    expect_complete(RanJob::from_file(
        file, "smoke",
        {"experiment.data_sets=2", "experiment.evaluations=2", "experiment.quadrature=false"}));
}

}  // namespace
}  // namespace syncgap::experiments
