#include "experiments/pathwise_entropy/pathwise_entropy.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/run_job.h"

namespace syncgap::experiments {
namespace {

using testing::HasSubstr;

const std::string kPair = R"(
[experiment]
name = "pathwise_entropy"
trials = 600
[axes]
d = [16]
u = { linspace = [0.1, 2.0, 20] }
path = [0, 1]
)";

/// Mean and variance over the trajectories against quadrature where the variance is not rare.
void expect_agreement(const RanJob& job, std::size_t unit) {
  const auto variance = job.values("entropy_variance_exact", unit);
  const double largest = *std::max_element(variance.begin(), variance.end());
  std::size_t compared = 0;
  for (const char* name :
       {"entropy", "entropy_variance", "label_entropy", "label_entropy_variance"}) {
    const auto value = job.values(name, unit);
    const auto error = job.values(std::string(name) + "_error", unit);
    const auto exact = job.values(std::string(name) + "_exact", unit);
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (variance[i] < 0.1 * largest) continue;
      ++compared;
      EXPECT_LE(std::abs(value[i] - exact[i]), 4.0 * error[i]) << name << unit << i;
    }
  }
  EXPECT_GE(compared, 8u);
}

TEST(PathwiseEntropy, ErrorsCountTrajectoriesThatWereNotSeen) {
  // At u = 0.2 no trajectory of these is undecided, and V_h comes from those that are.
  const RanJob job =
      RanJob::from_text(kPair, {"axes.process=[\"edm\"]", "axes.d=[4]", "experiment.trials=1000",
                                "experiment.variance=0.0"});
  for (const char* name :
       {"entropy", "entropy_variance", "label_entropy", "label_entropy_variance"}) {
    const auto value = job.values(name, 0), exact = job.values(std::string(name) + "_exact", 0);
    const auto error = job.values(std::string(name) + "_error", 0);
    for (std::size_t i = 0; i < value.size(); ++i)
      EXPECT_LE(std::abs(value[i] - exact[i]), 4.0 * error[i]) << name << ' ' << i;
    EXPECT_GT(error[0], 1e-4);
  }
}

TEST(PathwiseEntropy, Figure4JobPeaksAtTheSpeciationTime) {
  const RanJob job =
      RanJob::from_file("information_figure4.toml", "smoke", {"axes.d=[4,16,64,1024]"});
  expect_complete(job);
  for (std::size_t unit = 0; unit < job.size(); ++unit) {
    expect_agreement(job, unit);
    const double speciation = job.value("speciation_time", unit);
    EXPECT_NEAR(job.value("predicted_peak_time", unit), speciation - 0.0045, 5e-5);
    EXPECT_NEAR(job.value("predicted_peak_height", unit), 0.0536288911, 5e-11);
    EXPECT_NEAR(job.value("predicted_peak_width", unit), 1.0496, 5e-5);
    EXPECT_NEAR(job.value("peak_signal_to_noise", unit), 0.75 * 1.34547767, 1e-8);
    if (unit == 0) continue;  // d = 4: the Gaussians' own width counts
    EXPECT_NEAR(job.value("variance_peak_time", unit), job.value("predicted_peak_time", unit),
                2e-5);
    EXPECT_NEAR(job.value("variance_peak_height", unit), 0.0536288911, 2e-6);
    EXPECT_NEAR(job.value("variance_peak_width", unit), 1.0496, 1e-3);
  }
}

TEST(PathwiseEntropy, Figure5JobWidensUnderEdmAlone) {
  const RanJob job = RanJob::from_file("information_figure5.toml", "smoke", {"axes.d=[16,256]"});
  ASSERT_EQ(job.size(), 4u);  // edm 16, edm 256, ou 16, ou 256
  for (std::size_t unit = 0; unit < 4; ++unit) {
    expect_agreement(job, unit);
    EXPECT_NEAR(job.value("variance_peak_height", unit), 0.0536288911, 1e-9);
    EXPECT_NEAR(job.value("variance_peak_time", unit), job.value("predicted_peak_time", unit),
                1e-8);
    EXPECT_NEAR(job.value("variance_peak_width", unit), job.value("predicted_peak_width", unit),
                1e-6);
  }
  EXPECT_NEAR(job.value("variance_peak_width", 1) / job.value("variance_peak_width", 0), 4.0, 1e-6);
  // (d / (e^{2t} - 1)): the width of d -> infinity is half the logarithm of a ratio of two eta.
  EXPECT_NEAR(job.value("variance_peak_width", 3), 1.0496, 0.007);
  EXPECT_LT(job.value("variance_peak_width", 2), job.value("variance_peak_width", 3));
  EXPECT_DOUBLE_EQ(job.value("speciation_time", 1), 16.0);
}

TEST(PathwiseEntropy, Figure3JobFollowsFourPoints) {
  const RanJob job =
      RanJob::from_file("information_figure3.toml", "smoke", {"axes.u={linspace=[0.02,3.0,75]}"});
  expect_complete(job);
  ASSERT_EQ(job.size(), 2u);
  const std::size_t levels = 75;
  for (std::size_t unit = 0; unit < 2; ++unit) {
    expect_agreement(job, unit);
    for (std::size_t path = 0; path < 8; ++path) {
      // Late in generation every path sits at a point and knows it.
      double nearest = 1e9;
      for (const double point : {2.3, 1.7, -1.7, -2.3})
        nearest =
            std::min(nearest, std::abs(job.value("path_position", unit, path * levels) - point));
      EXPECT_LT(nearest, 0.3);
      EXPECT_LE(job.value("path_entropy", unit, path * levels + levels - 1), std::log(4.0) + 1e-12);
    }
    EXPECT_GT(job.value("rising_share", unit), 0.2);
  }
  EXPECT_NEAR(job.value("branching_time", 0, 0), 0.3, 1e-12);
  EXPECT_NEAR(job.value("branching_time", 0, 1), 1.976653190037, 5e-13);
  EXPECT_NEAR(job.value("branching_time", 1, 0), 0.043088848121, 5e-13);
  EXPECT_NEAR(job.value("branching_time", 1, 1), 0.795347460798, 5e-13);
}

TEST(PathwiseEntropy, ScoreStepsComeToTheSameEnsemble) {
  const RanJob exact = RanJob::from_text(kPair, {"experiment.trials=2000"});
  const RanJob score = RanJob::from_text(
      kPair, {"experiment.trials=2000", "experiment.step=\"score\"", "experiment.substeps=40"});
  const auto a = exact.values("entropy_variance", 0), b = score.values("entropy_variance", 0);
  const auto ea = exact.values("entropy_variance_error", 0);
  const auto eb = score.values("entropy_variance_error", 0);
  for (std::size_t i = 4; i < a.size(); ++i)
    EXPECT_LE(std::abs(a[i] - b[i]), 4.0 * std::hypot(ea[i], eb[i]) + 5e-4) << i;
  EXPECT_NE(a[5], b[5]);
}

TEST(PathwiseEntropy, ClassesBeyondALineAreSampled) {
  // Three classes in the plane: no quadrature; against the same three seen from ten dimensions.
  const std::string text = kPair;
  const RanJob plane =
      RanJob::from_text(text, {"experiment.means=[1.0,0.0,-0.5,0.8,-0.5,-0.8]",
                               "experiment.mean_dimension=2", "experiment.variance=0.0"});
  EXPECT_TRUE(std::isnan(plane.value("entropy_variance_exact", 0)));
  EXPECT_TRUE(std::isnan(plane.value("variance_peak_time", 0)));
  EXPECT_GT(plane.value("entropy_variance", 0, 10), 0.01);
  EXPECT_EQ(plane.value("entropy", 0, 7), plane.value("label_entropy", 0, 7));
  const RanJob gaussians = RanJob::from_text(
      text, {"experiment.means=[1.0,0.0,-0.5,0.8,-0.5,-0.8]", "experiment.mean_dimension=2"});
  EXPECT_TRUE(std::isnan(gaussians.value("entropy", 0, 7)));
  EXPECT_FALSE(std::isnan(gaussians.value("label_entropy", 0, 7)));
  // Two classes anywhere are on a line, with Gaussian directions beside it.
  const RanJob tilted = RanJob::from_text(
      text, {"experiment.means=[0.6,0.8,-0.6,-0.8]", "experiment.mean_dimension=2"});
  const RanJob line = RanJob::from_text(text, {"experiment.means=[1.0,-1.0]"});
  EXPECT_NEAR(tilted.value("entropy_variance_exact", 0, 9),
              line.value("entropy_variance_exact", 0, 9), 1e-12);
  EXPECT_NEAR(
      tilted.value("rate_exact", 0, 9) - line.value("rate_exact", 0, 9),
      0.5 * 2.0 * (1.0 / -std::expm1(-2.0 * line.value("time", 0, 9)) - 1.0),  // one more Gaussian
      1e-10);
}

TEST(PathwiseEntropy, DimensionsShareTheirNoiseAndSeedsDoNot) {
  const RanJob job = RanJob::from_text(kPair, {"axes.d=[16,17]", "axes.seed=[1,2]"});
  ASSERT_EQ(job.size(), 4u);
  // Paths of neighbouring d differ by little, those of another seed by all.
  EXPECT_NEAR(job.value("path_entropy", 0, 12), job.value("path_entropy", 2, 12), 0.2);
  EXPECT_NE(job.value("path_position", 0, 12), job.value("path_position", 1, 12));
}

TEST(PathwiseEntropy, KeepsNoMorePathsThanThereAreTrialsUnlessAskedTo) {
  const std::string head = R"(
[experiment]
name = "pathwise_entropy"
trials = 5
[axes]
d = [16]
u = { linspace = [0.5, 2.0, 4] }
)";
  EXPECT_EQ(RanJob::from_text(head).values("path_entropy", 0).size(), 5u * 4u);
  EXPECT_EQ(RanJob::from_text(head, {"experiment.trials=9"}).values("path_entropy", 0).size(),
            8u * 4u);
  EXPECT_THAT(refusal(head, {"axes.path={range=[0,6]}"}), HasSubstr("axis 'path' has 6 values"));
}

TEST(PathwiseEntropy, RefusesWhatHasNoMeaning) {
  EXPECT_THAT(refusal(kPair, {"axes.d=[1]"}), HasSubstr("time_unit"));
  EXPECT_THAT(refusal(kPair, {"axes.d=[0]"}), HasSubstr("at least 1"));
  EXPECT_THAT(refusal(kPair, {"axes.u=[0.0, 1.0]"}), HasSubstr("above 0"));
  EXPECT_THAT(refusal(kPair, {"experiment.means=[1.0,2.0,3.0]", "experiment.mean_dimension=2"}),
              HasSubstr("dimension 2"));
  EXPECT_THAT(refusal(kPair, {"experiment.means=[]"}), HasSubstr("means"));
  EXPECT_THAT(refusal(kPair, {"axes.path={range=[0,700]}"}), HasSubstr("trials"));
}

}  // namespace
}  // namespace syncgap::experiments
