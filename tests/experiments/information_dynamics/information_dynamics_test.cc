#include "experiments/information_dynamics/information_dynamics.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/run_job.h"

namespace syncgap::experiments {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::string kSmallDynamics = R"(
[experiment]
name = "information_dynamics"
trials = 4000
spectrum_trials = 200
[axes]
noise = { logspace = [0.1, 4.0, 12] }
position = [0.0]
)";

/// Index of the first noise level at or above `noise`.
std::size_t level_of(const RanJob& job, double noise) {
  const auto& values = std::get<std::vector<double>>(job.grid().axis("noise").values);
  return static_cast<std::size_t>(std::lower_bound(values.begin(), values.end(), noise) -
                                  values.begin());
}

/// Sampled against exact, in standard errors, wherever the sample is rich enough (100 nats over the
/// number of trials).
void expect_agreement(const RanJob& job, const std::string& name, std::size_t unit, double trials) {
  const auto value = job.values(name, unit), error = job.values(name + "_error", unit);
  const auto exact = job.values(name + "_exact", unit), entropy = job.values("entropy_exact", unit);
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!(entropy[i] > 100.0 / trials)) continue;
    EXPECT_LE(std::abs(value[i] - exact[i]), 4.0 * error[i] + 1e-9)
        << name << " in unit " << unit << ", level " << i;
  }
}

TEST(InformationDynamics, Figure1JobHasTheKnownNumbers) {
  const RanJob job = RanJob::from_file("information_figure1.toml", "smoke");
  expect_complete(job);
  const std::size_t two = 0, four = 1, unequal = 2, gaussians = 3, paths = 8;
  const auto branching = [&](std::size_t unit, std::size_t process, std::size_t a, std::size_t b) {
    return job.value("branching_time", unit, (process * paths + a) * paths + b);
  };
  const std::size_t edm = 0, ou = 1, peaks = 3;
  EXPECT_NEAR(branching(two, edm, 0, 1), 1.0, 1e-12);
  EXPECT_NEAR(branching(two, ou, 0, 1), 0.34657, 5e-6);
  EXPECT_NEAR(job.value("rate_peak_time", two, edm * peaks), 0.64380, 5e-6);
  EXPECT_NEAR(job.value("rate_peak_time", two, ou * peaks), 0.14988, 5e-6);
  EXPECT_NEAR(job.value("log_rate_peak_noise", two), 0.81424, 5e-6);
  EXPECT_NEAR(job.value("variance_peak_noise", two), 0.86211, 5e-6);
  EXPECT_NEAR(branching(four, edm, 0, 2), 1.976653190037, 5e-13);
  EXPECT_NEAR(branching(four, ou, 0, 2), 0.795347460798, 5e-13);
  EXPECT_NEAR(branching(four, edm, 2, 3), 0.3, 1e-12);
  EXPECT_NEAR(branching(four, ou, 0, 1), 0.043088848121, 5e-13);
  EXPECT_NEAR(job.value("centre_time", four, ou), 0.795347460798, 5e-13);
  EXPECT_EQ(job.value("branching_jump", two, 1), 0.0);
  EXPECT_EQ(job.value("branching_jump", unequal, 1), 1.0);
  EXPECT_NEAR(branching(gaussians, edm, 0, 1), std::sqrt(3.0), 1e-12);
  for (std::size_t unit = 0; unit < 4; ++unit)
    for (const char* name : {"entropy", "log_rate_score_norm", "log_rate_denoising",
                             "log_rate_divergence", "score_norm", "concentration"})
      expect_agreement(job, name, unit, 2000);
}

TEST(InformationDynamics, IdentitiesAgreeWhereNoQuadratureReaches) {
  const RanJob job = RanJob::from_text(
      kSmallDynamics,
      {"axes.data=[\"triangle\",\"tree\",\"circle\",\"cloud\"]", "experiment.cloud_points=24",
       "experiment.ambient_dimension=8", "axes.eigenvalue={range=[0,8]}"});
  for (std::size_t unit = 0; unit < job.size(); ++unit) {
    const auto entropy = job.values("entropy", unit);
    EXPECT_TRUE(std::isnan(job.value("entropy_exact", unit)));
    for (const char* name : {"gap_score_norm", "gap_denoising"}) {
      const auto gap = job.values(name, unit),
                 error = job.values(std::string(name) + "_error", unit);
      for (std::size_t i = 0; i < gap.size(); ++i) {
        if (entropy[i] > 0.025 && !std::isnan(gap[i])) {  // too few events have no value
          EXPECT_LE(std::abs(gap[i]), 4.0 * error[i]) << name << unit << i;
        }
      }
    }
    for (std::size_t i = 0; i + 1 < entropy.size(); ++i)
      EXPECT_LE(entropy[i], entropy[i + 1] + 1e-12);
  }
}

TEST(InformationDynamics, SubspaceDataShowTheirDimension) {
  const RanJob job = RanJob::from_text(
      kSmallDynamics, {"axes.data=[\"subspace\"]", "experiment.ambient_dimension=6",
                       "experiment.subspace_dimension=2", "experiment.subspace_variance=400",
                       "axes.eigenvalue={range=[0,6]}"});
  const std::size_t levels = 12;
  for (std::size_t i = 0; i < levels; ++i) {
    const auto noise = std::get<std::vector<double>>(job.grid().axis("noise").values)[i];
    const double share = 400.0 / (400.0 + noise * noise);
    EXPECT_EQ(job.value("manifold_dimension", 0, i), 2.0);
    EXPECT_NEAR(job.value("log_rate_divergence_exact", 0, i), 2.0 * share, 1e-9);
    EXPECT_NEAR(job.value("log_rate_divergence", 0, i), 2.0 * share, 1e-9);
    for (std::size_t j = 0; j < 6; ++j) {
      EXPECT_NEAR(job.value("lyapunov", 0, i * 6 + j), job.value("lyapunov_exact", 0, i * 6 + j),
                  1e-9);
      EXPECT_NEAR(1.0 + job.value("lyapunov", 0, i * 6 + j), j < 2 ? share : 0.0, 1e-9);
    }
    // (38) in units of the bandwidth of all six dimensions.
    EXPECT_NEAR(job.value("rate", 0, i) / job.value("bandwidth", 0, i), share / 3.0, 1e-9);
  }
}

TEST(InformationDynamics, ACircleLooksTwoOneAndZeroDimensional) {
  const RanJob job = RanJob::from_text(
      kSmallDynamics,
      {"axes.data=[\"circle\"]", "experiment.circle_points=64", "axes.noise=[0.005, 0.25, 30.0]"});
  EXPECT_EQ(job.value("manifold_dimension", 0, 0), 0.0);  // single points
  EXPECT_EQ(job.value("manifold_dimension", 0, 1), 1.0);  // an arc
  EXPECT_NEAR(job.value("log_rate_divergence", 0, 1), 1.0, 0.15);
  EXPECT_EQ(job.value("manifold_dimension", 0, 2), 0.0);  // one blurred point
  EXPECT_NEAR(1.0 + job.value("lyapunov", 0, 4), 0.5 / 900.0, 1e-4);
}

TEST(InformationDynamics, ThreePointsHaveFourModesInTheirWindow) {
  const RanJob job = RanJob::from_text(
      kSmallDynamics,
      {"axes.data=[\"triangle\"]", "axes.noise=[0.3, 0.7, 0.72, 0.735, 0.75, 1.0]"});
  const double wanted[] = {3, 3, 4, 4, 1, 1};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(job.value("mode_count", 0, i), wanted[i]) << i;
  EXPECT_NEAR(job.value("centre_noise", 0), std::sqrt(0.5), 1e-10);
  EXPECT_NEAR(job.value("branching_noise", 0, 1), 0.73913, 5e-6);
}

TEST(InformationDynamics, CustomComponentsAndRepetitions) {
  const RanJob job = RanJob::from_text(
      kSmallDynamics, {"axes.data=[\"custom\"]", "experiment.means=[-1.0, 1.0, 0.5, 0.5]",
                       "experiment.mean_dimension=2", "experiment.variances=[0.2]",
                       "axes.seed=[1,2]", "axes.process=[\"ou\",\"vp\",\"ve\",\"edm\"]",
                       "axes.noise={logspace=[0.1,4.0,49]}", "experiment.trials=1500"});
  ASSERT_EQ(job.size(), 2u);
  const std::size_t i = level_of(job, 0.8);
  // Two components lie on a line wherever they are: quadrature serves, with one direction beside.
  expect_agreement(job, "entropy", 0, 1500);
  expect_agreement(job, "log_rate_score_norm", 0, 1500);
  EXPECT_NE(job.value("entropy", 0, i), job.value("entropy", 1, i));
  EXPECT_EQ(job.value("entropy_exact", 0, i), job.value("entropy_exact", 1, i));
  // Clocks differ, the rate per log noise does not: rate dt is the same for all.
  const auto& noise = std::get<std::vector<double>>(job.grid().axis("noise").values);
  const std::size_t levels = noise.size();
  for (std::size_t p = 0; p < 4; ++p) {
    double integral = 0.0;
    for (std::size_t j = 0; j + 1 < levels; ++j) {
      const std::size_t a = p * levels + j;
      integral += 0.5 * (job.value("rate_exact", 0, a) + job.value("rate_exact", 0, a + 1)) *
                  (job.value("time", 0, a + 1) - job.value("time", 0, a));
    }
    const double rise =
        job.value("entropy_exact", 0, levels - 1) - job.value("entropy_exact", 0, 0);
    EXPECT_NEAR(integral / rise, 1.0, 0.01) << p;
  }
}

TEST(InformationDynamics, RefusesWhatHasNoRoomOrNoMeaning) {
  EXPECT_THAT(refusal(kSmallDynamics, {"axes.data=[\"subspace\"]"}),
              AllOf(HasSubstr("16 dimensions"), HasSubstr("axes.eigenvalue")));
  EXPECT_THAT(refusal(kSmallDynamics, {"axes.root=[0,1]"}), HasSubstr("axes.root"));
  EXPECT_THAT(refusal(kSmallDynamics, {"axes.noise=[0.0, 1.0]"}), HasSubstr("above 0"));
  EXPECT_THAT(refusal(kSmallDynamics, {"axes.noise=[1.0, 0.5]"}), HasSubstr("axes.noise"));
  EXPECT_THAT(refusal(kSmallDynamics, {"axes.data=[\"custom\"]"}), HasSubstr("experiment.means"));
  EXPECT_THAT(refusal(kSmallDynamics, {"axes.data=[\"custom\"]", "experiment.means=[1.0,2.0,3.0]",
                                       "experiment.mean_dimension=2"}),
              HasSubstr("dimension 2"));
  EXPECT_THAT(refusal(kSmallDynamics, {"axes.data=[\"custom\"]", "experiment.means=[1.0,2.0]",
                                       "experiment.weights=[1.0,2.0,3.0]"}),
              HasSubstr("3 weights for 2 means"));
  EXPECT_THAT(refusal(kSmallDynamics, {"axes.data=[\"custom\"]", "experiment.means=[1.0,2.0]",
                                       "experiment.variances=[1.0,0.0]"}),
              HasSubstr("points or Gaussians"));
  EXPECT_THAT(refusal(kSmallDynamics, {"axes.data=[\"subspace\"]", "experiment.ambient_dimension=2",
                                       "experiment.subspace_dimension=3"}),
              HasSubstr("subspace_dimension"));
  EXPECT_THAT(refusal(kSmallDynamics, {"axes.path=[0,1,2]"}), HasSubstr("other_path"));
}

}  // namespace
}  // namespace syncgap::experiments
