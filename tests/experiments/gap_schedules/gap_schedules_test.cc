#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "diffusion/noise_schedule.h"
#include "experiments/run_job.h"

namespace syncgap::experiments {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Units: constant, early, late, smallest_gap, largest_gap.
constexpr std::size_t kConstantUnit = 0, kEarlyUnit = 1, kLateUnit = 2, kSmallestUnit = 3,
                      kLargestUnit = 4;
const std::string kScheduleJob = R"(
[experiment]
name = "gap_schedules"
pieces = 6
[axes]
g = [0.15]
)";

TEST(GapSchedules, EveryScheduleHasTheBudgetAndTheOptimaTheExtremes) {
  const RanJob job = RanJob::from_text(kScheduleJob);
  ASSERT_EQ(job.size(), 5u);
  for (std::size_t unit = 0; unit < job.size(); ++unit) {
    const auto factors = job.values("factor", unit);
    EXPECT_NEAR(std::accumulate(factors.begin(), factors.end(), 0.0), 6.0, 1e-12);
    EXPECT_GE(job.value("gap", unit), job.value("gap", kSmallestUnit));
    EXPECT_LE(job.value("gap", unit), job.value("gap", kLargestUnit));
    EXPECT_EQ(job.value("gap", unit),
              job.value("speciation_time", unit, 0) - job.value("speciation_time", unit, 1));
  }
  EXPECT_THAT(job.values("factor", kEarlyUnit), ElementsAre(0, 0, 0, 2, 2, 2));
  EXPECT_THAT(job.values("factor", kLateUnit), ElementsAre(2, 2, 2, 0, 0, 0));
  EXPECT_LT(job.value("gap", kSmallestUnit), 0.0);
  EXPECT_GT(job.value("gap", kLargestUnit), job.value("gap", kConstantUnit));
}

TEST(GapSchedules, PiecewiseCouplingOfCoupledOuHasTheSameGap) {
  const RanJob found = RanJob::from_text(kScheduleJob);
  const auto text = [](std::span<const double> values) {
    std::string out;
    for (const double value : values) {
      out += (out.empty() ? "" : ", ");
      out += std::to_string(value);
    }
    return "[" + out + "]";
  };
  const RanJob other = RanJob::from_text(
      R"(
[experiment]
name = "coupled_ou"
quantities = ["speciation"]
[axes]
g = [0.15]
schedule = ["piecewise"]
)",
      {"experiment.piece_starts=" + text(found.values("piece_time", kLargestUnit)),
       "experiment.piece_factors=" + text(found.values("factor", kLargestUnit))});
  // Starts and factors are written to six digits.
  EXPECT_NEAR(other.value("speciation_gap", 0), found.value("gap", kLargestUnit), 1e-5);
}

TEST(GapSchedules, PiecesAreSharesOfTheStepsOfATrajectory) {
  const RanJob job =
      RanJob::from_text(kScheduleJob, {"experiment.pieces=4", "axes.schedule=[\"constant\"]"});
  EXPECT_THAT(job.values("piece_share", 0), ElementsAre(0, 0.25, 0.5, 0.75));
  const auto schedule = diffusion::NoiseSchedule::linear(1000, 1e-4, 0.02);
  EXPECT_EQ(job.value("piece_time", 0, 0), 0.0);
  for (std::size_t piece = 1; piece < 4; ++piece)
    EXPECT_NEAR(job.value("piece_time", 0, piece),
                -0.5 * std::log(schedule.alpha_bar(static_cast<std::int64_t>(250 * piece) - 1)),
                1e-12);
  // A faster process passes the same signal to noise ratios in less time.
  const RanJob fast =
      RanJob::from_text(kScheduleJob, {"experiment.pieces=4", "axes.schedule=[\"constant\"]",
                                       "experiment.beta=2.0", "experiment.noise_variance=4.0"});
  EXPECT_NEAR(fast.value("piece_time", 0, 2), 0.5 * job.value("piece_time", 0, 2), 1e-12);
}

TEST(GapSchedules, PiecesOfForwardTimeFindTheirSteps) {
  const RanJob job =
      RanJob::from_text(kScheduleJob, {"experiment.budget_clock=\"time\"", "experiment.pieces=4",
                                       "experiment.time_span=2.0", "axes.schedule=[\"constant\"]"});
  EXPECT_THAT(job.values("piece_time", 0), ElementsAre(0, 0.5, 1.0, 1.5));
  const auto schedule = diffusion::NoiseSchedule::linear(1000, 1e-4, 0.02);
  for (std::size_t piece = 1; piece < 4; ++piece) {
    const auto steps = std::llround(1000 * job.value("piece_share", 0, piece));
    EXPECT_GE(schedule.ou_time(steps - 1), 0.5 * static_cast<double>(piece));
    EXPECT_LT(schedule.ou_time(steps - 2), 0.5 * static_cast<double>(piece));
  }
}

TEST(GapSchedules, SensitivitiesAreThoseOfTheGap) {
  // At constant coupling factors add up to g: so do the sensitivities, to g dgap/dg.
  const RanJob job = RanJob::from_text(
      kScheduleJob, {"axes.schedule=[\"constant\"]", "axes.g=[0.1499, 0.15, 0.1501]"});
  const auto slopes = job.values("sensitivity", 1);
  EXPECT_NEAR(std::accumulate(slopes.begin(), slopes.end(), 0.0),
              0.15 * (job.value("gap", 2) - job.value("gap", 0)) / 2e-4, 1e-6);
}

TEST(GapSchedules, SchedulesThatHardlyConfineHaveNoGapAndAreNoOptimum) {
  // Near the data the difference mode has 1 - (1 + g(0)) / 2, 0.2 under late coupling at g(0) =
  // 0.6.
  const RanJob strict = RanJob::from_text(kScheduleJob, {"axes.g=[0.3]"});
  EXPECT_TRUE(std::isnan(strict.value("gap", kLateUnit)));
  EXPECT_EQ(strict.value("speciation_status", kLateUnit, 1), 2.0);
  EXPECT_LT(strict.value("factor", kLargestUnit, 0), 0.5 / 0.3);
  const RanJob lax =
      RanJob::from_text(kScheduleJob, {"axes.g=[0.3]", "experiment.least_restoring=0.0"});
  EXPECT_GT(lax.value("gap", kLateUnit), 0.0);
  EXPECT_GT(lax.value("gap", kLargestUnit), strict.value("gap", kLargestUnit));
}

TEST(GapSchedules, WithoutSpeciationThereIsNoOptimum) {
  const RanJob job = RanJob::from_text(kScheduleJob, {"experiment.mean_square=0.1"});
  for (std::size_t unit = 0; unit < job.size(); ++unit)
    EXPECT_TRUE(std::isnan(job.value("gap", unit)));
  EXPECT_EQ(job.value("speciation_status", kConstantUnit, 0), 1.0);
  EXPECT_EQ(job.value("speciation_status", kLargestUnit, 0), 4.0);
  EXPECT_TRUE(std::isnan(job.value("factor", kLargestUnit, 0)));
}

TEST(GapSchedules, WhatItCannotComputeIsRefused) {
  EXPECT_THAT(refusal(kScheduleJob, {"axes.g=[0.5]"}), HasSubstr("lower g or most_factor"));
  EXPECT_THAT(refusal(kScheduleJob, {"axes.g=[0.0]"}), HasSubstr("give couplings above 0"));
  EXPECT_THAT(refusal(kScheduleJob, {"experiment.pieces=21"}), HasSubstr("pieces"));
  EXPECT_THAT(refusal(kScheduleJob, {"experiment.most_factor=0.9"}), HasSubstr("most_factor"));
  EXPECT_THAT(
      refusal(kScheduleJob, {"experiment.budget_clock=\"time\"", "experiment.time_span=10.0"}),
      HasSubstr("give fewer pieces, more steps or a time within them"));
  EXPECT_THAT(refusal(kScheduleJob, {"axes.piece=[0, 1]"}), HasSubstr("leave it out"));
}

}  // namespace
}  // namespace syncgap::experiments
