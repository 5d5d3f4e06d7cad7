#include "theory/diffusion_process.h"

#include <cmath>

#include <gtest/gtest.h>

namespace syncgap::theory {
namespace {

class DiffusionProcessTest : public testing::TestWithParam<ProcessKind> {};
INSTANTIATE_TEST_SUITE_P(All, DiffusionProcessTest,
                         testing::Values(ProcessKind::ou, ProcessKind::vp, ProcessKind::ve,
                                         ProcessKind::edm),
                         [](const auto& tested) {
                           return process_names()[static_cast<std::size_t>(tested.param)];
                         });

TEST_P(DiffusionProcessTest, StartsAtTheDataAndLosesItSteadily) {
  const DiffusionProcess process(GetParam());
  EXPECT_EQ(process.signal(0.0), 1.0);
  EXPECT_EQ(process.noise_variance(0.0), 0.0);
  EXPECT_EQ(process.reduced_noise(0.0), 0.0);
  double last = 0.0;
  for (double t = 0.05; t < 3.0; t += 0.05) {
    EXPECT_GT(process.reduced_noise(t), last);
    last = process.reduced_noise(t);
    const double alpha = process.signal(t);
    EXPECT_NEAR(process.noise_variance(t) / (alpha * alpha) / last, 1.0, 1e-13);
  }
}

TEST_P(DiffusionProcessTest, RatesAreDerivatives) {
  const DiffusionProcess process(GetParam());
  for (const double t : {0.1, 0.37, 0.8, 1.4, 2.5}) {
    const double h = 1e-5;
    const double slope = (process.reduced_noise(t + h) - process.reduced_noise(t - h)) / (2.0 * h);
    EXPECT_NEAR(process.reduced_noise_rate(t) / slope, 1.0, 1e-6) << t;
    // d sigma^2/dt = -2 f sigma^2 + nu^2, the moment equation of information (5).
    const double variance_slope =
        (process.noise_variance(t + h) - process.noise_variance(t - h)) / (2.0 * h);
    const double wanted =
        process.noise_rate(t) - 2.0 * process.relaxation_rate(t) * process.noise_variance(t);
    EXPECT_NEAR(variance_slope, wanted, 1e-6 * process.noise_rate(t)) << t;
  }
}

TEST_P(DiffusionProcessTest, TimeOfInvertsReducedNoise) {
  const DiffusionProcess process(GetParam());
  EXPECT_EQ(process.time_of(0.0), 0.0);
  for (const double t : {1e-6, 0.01, 0.3, 0.999, 1.0, 1.5})
    EXPECT_NEAR(process.time_of(process.reduced_noise(t)) / t, 1.0, 1e-9) << t;
  for (const double s : {1e-8, 0.1, 3.0, 1e5})
    EXPECT_NEAR(process.reduced_noise(process.time_of(s)) / s, 1.0, 1e-9) << s;
}

TEST_P(DiffusionProcessTest, NamesAreUnderstood) {
  EXPECT_EQ(process_kind(process_names()[static_cast<std::size_t>(GetParam())]), GetParam());
}

TEST(DiffusionProcess, TheTwoClocksOfThePaper) {
  const DiffusionProcess ou(ProcessKind::ou), edm(ProcessKind::edm);
  EXPECT_DOUBLE_EQ(ou.signal(0.7), std::exp(-0.7));  // (70)
  EXPECT_DOUBLE_EQ(ou.noise_variance(0.7), 1.0 - std::exp(-1.4));
  EXPECT_EQ(ou.noise_rate(0.7), 2.0);
  EXPECT_EQ(edm.noise_rate(0.7), 1.4);
  EXPECT_EQ(edm.time_of(0.49), 0.7);
}

}  // namespace
}  // namespace syncgap::theory
