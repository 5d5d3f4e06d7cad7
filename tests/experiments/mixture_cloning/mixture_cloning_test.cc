#include "experiments/mixture_cloning/mixture_cloning.h"

#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/run_job.h"

namespace syncgap::experiments {
namespace {

using ::testing::HasSubstr;

constexpr const char* kSmallCloning = R"(
[experiment]
name = "mixture_cloning"
steps = 200
trials = 4000
[axes]
dimension = [16, 64, 256]
branch_time = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0]
curve_time = [1.0, 2.0]
)";

double deviation(const RanJob& job, std::size_t unit, const std::string& name, std::size_t i) {
  const double error = job.value(name + "_error", unit, i);
  const double off = job.value(name, unit, i) - job.value(name + "_scheme", unit, i);
  return std::abs(off) < 1e-12 ? 0.0 : off / error;
}

TEST(MixtureCloning, FillsEverything) { expect_complete(RanJob::from_text(kSmallCloning)); }

TEST(MixtureCloning, AgreesWithTheSchemeForBothClasses) {
  const RanJob job = RanJob::from_text(kSmallCloning, {"experiment.mean_amplitude=0.7"});
  for (std::size_t i = 0; i < 27; ++i) {
    // Where nearly all clones agree the count is Poisson, and its error means nothing.
    if (job.value("agreement_scheme", 0, i) < 0.998) {
      EXPECT_LT(std::abs(deviation(job, 0, "agreement", i)), 4.0) << i;
      EXPECT_LT(std::abs(deviation(job, 0, "label_agreement", i)), 4.0) << i;
    }
  }
}

TEST(MixtureCloning, RunsFromOneToOneHalf) {
  const RanJob job = RanJob::from_text(kSmallCloning);
  for (std::size_t d = 0; d < 3; ++d) {
    EXPECT_GT(job.value("agreement", 0, 9 * d), d == 0 ? 0.9 : 0.999);
    EXPECT_NEAR(job.value("agreement", 0, 9 * d + 8), 0.5, 0.04);
    for (std::size_t i = 1; i < 9; ++i)
      EXPECT_LT(job.value("agreement_closed_form", 0, 9 * d + i),
                job.value("agreement_closed_form", 0, 9 * d + i - 1));
  }
}

TEST(MixtureCloning, AScanThatEndsWhileAllClonesAgreeHasNoCrossing) {
  const RanJob job =
      RanJob::from_text(kSmallCloning, {"experiment.trials=400", "axes.dimension=[1024,4096]",
                                        "axes.branch_time=[0.5,1.0,1.5,2.0,2.5,3.0]"});
  for (const char* name : {"level_time", "crossing_ratio", "crossing_agreement"})
    for (const char* part : {"", "_error"})
      EXPECT_TRUE(std::isnan(job.value(std::string(name) + part, 0, 0))) << name << part;
  for (std::size_t i = 0; i < 12; ++i)
    for (const char* name : {"agreement_scheme", "label_agreement_scheme"})
      EXPECT_LE(job.value(name, 0, i), 1.0) << name << i;
}

TEST(MixtureCloning, FindsTheCrossingAndTheTimes) {
  const RanJob job = RanJob::from_text(kSmallCloning, {"experiment.trials=20000"});
  for (std::size_t d = 0; d < 3; ++d)
    EXPECT_NEAR(job.value("level_time", 0, d), 0.5 * std::log(std::pow(4.0, d + 2)),
                4 * job.value("level_time_error", 0, d) + 0.02);
  for (std::size_t d = 0; d < 2; ++d) {
    EXPECT_NEAR(job.value("crossing_ratio", 0, d), 1.0,
                4 * job.value("crossing_ratio_error", 0, d) + 0.03);
    EXPECT_NEAR(job.value("crossing_agreement", 0, d), 0.7752,
                4 * job.value("crossing_agreement_error", 0, d) + 0.02);
  }
  EXPECT_TRUE(std::isnan(job.value("crossing_ratio", 0, 2)));
}

TEST(MixtureCloning, FullAndProjectedAgree) {
  const RanJob job = RanJob::from_text(
      kSmallCloning, {"experiment.trials=1500", "axes.dimension=[4, 16]",
                      "axes.method=[\"projected\", \"full\"]", "experiment.clones=3"});
  for (const std::string name : {"agreement", "label_agreement"})
    for (std::size_t i = 0; i < 18; ++i) {
      const double error =
          std::hypot(job.value(name + "_error", 0, i), job.value(name + "_error", 1, i));
      EXPECT_LE(std::abs(job.value(name, 0, i) - job.value(name, 1, i)), 4 * error + 2e-3) << i;
    }
}

TEST(MixtureCloning, TrunksFollowTheForwardLaw) {
  const RanJob job = RanJob::from_text(kSmallCloning, {"experiment.trials=20000"});
  const auto density = job.values("overlap_density", 0);
  const auto error = job.values("overlap_density_error", 0);
  const auto exact = job.values("overlap_density_closed_form", 0);
  double square = 0, count = 0;
  for (std::size_t i = 0; i < density.size(); ++i) {
    if (!(exact[i] > 0.01)) continue;
    square += std::pow((density[i] - exact[i]) / error[i], 2);
    count += 1;
  }
  ASSERT_GT(count, 100);
  // Bins average over their width and the scheme is off by its step: not quite 1.
  EXPECT_LT(square / count, 2.5);
}

TEST(MixtureCloning, DoesNotDependOnTheOrderOfTimes) {
  const RanJob job = RanJob::from_text(kSmallCloning, {"axes.branch_time=[1.0, 2.0, 4.0]"});
  const RanJob other = RanJob::from_text(kSmallCloning, {"axes.branch_time=[4.0, 1.0, 2.0]"});
  for (std::size_t d = 0; d < 3; ++d) {
    EXPECT_EQ(job.value("agreement", 0, 3 * d), other.value("agreement", 0, 3 * d + 1));
    EXPECT_EQ(job.value("agreement", 0, 3 * d + 2), other.value("agreement", 0, 3 * d));
    EXPECT_EQ(job.value("level_time", 0, d), other.value("level_time", 0, d));
  }
}

TEST(MixtureCloning, RefusesWhatMakesNoSense) {
  EXPECT_THAT(refusal(kSmallCloning, {"axes.branch_time=[1.0, 11.0]"}), HasSubstr("between 0 and"));
  EXPECT_THAT(refusal(kSmallCloning, {"axes.branch_time=[1.01]"}), HasSubstr("between two steps"));
  EXPECT_THAT(refusal(kSmallCloning, {"axes.dimension=[64, 16]"}), HasSubstr("increase"));
  EXPECT_THAT(refusal(kSmallCloning, {"axes.dimension=[0, 16]"}), HasSubstr("at least 1"));
  EXPECT_THAT(refusal(kSmallCloning, {"experiment.trials=10"}), HasSubstr("fewer blocks"));
  EXPECT_THAT(refusal(kSmallCloning, {"axes.method=[\"plane\"]"}), HasSubstr("projected"));
}

TEST(MixtureCloning, JobsRun) {
  for (const char* file :
       {"regimes_figure2.toml", "regimes_figure2_oracle.toml", "regimes_class_definitions.toml"})
    expect_complete(RanJob::from_file(file, "smoke", {"experiment.trials=30", "axes.seed=[1]"}));
}

}  // namespace
}  // namespace syncgap::experiments
