#include "theory/conditional_metrics.h"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "core/random.h"

namespace syncgap::theory {
namespace {

// Notes 2.5: d = 32, m = 1, 0.5, 0.25.
TEST(PerfectConditionalMetrics, AreThoseOfTheNotes) {
  const auto at = [](double m) {
    return perfect_conditional_metrics(32, std::sqrt(32.0) * m, 1.0);
  };
  EXPECT_NEAR(at(1.0).accuracy, 1.000, 5e-4);
  EXPECT_NEAR(at(1.0).plane_mse, 1.000, 5e-4);
  EXPECT_NEAR(at(1.0).nll, 45.406, 5e-4);
  EXPECT_NEAR(at(0.5).accuracy, 0.99533, 5e-6);
  EXPECT_NEAR(at(0.5).plane_mse, 1.03742, 5e-6);
  EXPECT_NEAR(at(0.5).nll, 45.41255, 5e-6);
  EXPECT_NEAR(at(0.25).accuracy, 0.85507, 5e-6);
  EXPECT_NEAR(at(0.25).plane_mse, 1.31460, 5e-6);
  EXPECT_NEAR(at(0.25).nll, 45.53868, 5e-6);
}

TEST(PerfectConditionalMetrics, HaveTheLimitsOfOneAndOfTwoSeparateClasses) {
  const double gaussian = 0.5 * std::log(2 * std::numbers::pi * std::numbers::e);
  const auto merged = perfect_conditional_metrics(4, 0.0, 2.0);
  EXPECT_DOUBLE_EQ(merged.accuracy, 0.5);
  EXPECT_DOUBLE_EQ(merged.plane_mse, 2.0);
  EXPECT_NEAR(merged.nll, 4 * gaussian + 2 * std::log(2.0), 1e-12);
  const auto apart = perfect_conditional_metrics(4, 60.0, 1.0);
  EXPECT_DOUBLE_EQ(apart.accuracy, 1.0);
  EXPECT_NEAR(apart.nll, 4 * gaussian, 1e-10);  // x_0 tells the class
  EXPECT_NEAR(two_class_entropy(60.0), gaussian + std::numbers::ln2, 1e-10);
  EXPECT_NEAR(two_class_entropy(0.0), gaussian, 1e-13);
}

TEST(PerfectConditionalMetrics, AreWhatSamplesOfTheDataShow) {
  const double m = 1.1, sigma = 1.3;
  const RandomStream stream(1, "pairs");
  const int n = 200000;
  double agree = 0, mse = 0, nll = 0, nll_square = 0;
  for (int i = 0; i < n; ++i) {
    const auto trial = static_cast<std::uint64_t>(i);
    const double s = stream.uniform<double>(trial, 1, 0) < 0.5 ? 1 : -1;
    const double x = s * m + sigma * stream.normal<double>(trial, 0, 0);
    const double y = s * m + sigma * stream.normal<double>(trial, 0, 1);
    const double z = sigma * stream.normal<double>(trial, 0, 2);
    agree += x * y > 0;
    mse += 0.5 * (std::pow(y - (x > 0 ? m : -m), 2) + z * z);
    const double p = 1 / (1 + std::exp(-2 * x * m / (sigma * sigma)));
    const auto density = [&](double mean) {
      return std::exp(-((y - mean) * (y - mean) + z * z) / (2 * sigma * sigma)) /
             (2 * std::numbers::pi * sigma * sigma);
    };
    const double value = -std::log(p * density(m) + (1 - p) * density(-m));
    nll += value;
    nll_square += value * value;
  }
  const auto wanted = perfect_conditional_metrics(2, m, sigma * sigma);
  EXPECT_NEAR(agree / n, wanted.accuracy, 4 * std::sqrt(0.25 / n));
  EXPECT_NEAR(mse / n, wanted.plane_mse, 4 * 3 / std::sqrt(n));
  const double error = std::sqrt((nll_square / n - nll / n * (nll / n)) / n);
  EXPECT_NEAR(nll / n, wanted.nll, 4 * error);
}

}  // namespace
}  // namespace syncgap::theory
