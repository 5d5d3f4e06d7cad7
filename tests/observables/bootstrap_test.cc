#include "observables/bootstrap.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace syncgap::observables {
namespace {

double mean(std::span<const double> x) {
  double sum = 0;
  for (const double value : x) sum += value;
  return sum / static_cast<double>(x.size());
}

TEST(Quantile, InterpolatesAsNumpyDoes) {
  std::vector<double> x = {4, 1, 3, 2};
  EXPECT_DOUBLE_EQ(quantile(x, 0.0), 1);
  EXPECT_DOUBLE_EQ(quantile(x, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(quantile(x, 0.9), 3.7);
  EXPECT_DOUBLE_EQ(quantile(x, 1.0), 4);
}

TEST(BootstrapInterval, OfAMeanIsTheNormalInterval) {
  std::vector<double> x(400);
  RandomStream(3, "sample").fill_normals<double>(0, 0, x);
  const Estimate e = estimate_mean(x);
  const Interval i = bootstrap_interval(x, mean, RandomStream(3, "bootstrap"));
  EXPECT_NEAR(i.low, e.value - kZ95 * e.standard_error, 0.15 * e.standard_error);
  EXPECT_NEAR(i.high, e.value + kZ95 * e.standard_error, 0.15 * e.standard_error);
  const Interval narrow = bootstrap_interval(x, mean, RandomStream(3, "bootstrap"), 2000, 0.5);
  EXPECT_GT(narrow.low, i.low);
  EXPECT_LT(narrow.high, i.high);
}

TEST(BootstrapInterval, IsReproducible) {
  const std::vector<double> x = {1, 5, 2, 8, 3, 3, 9};
  const auto median = [](std::span<const double> sample) {
    std::vector<double> copy(sample.begin(), sample.end());
    return quantile(copy, 0.5);
  };
  const Interval a = bootstrap_interval(x, median, RandomStream(1, "median"), 500);
  const Interval b = bootstrap_interval(x, median, RandomStream(1, "median"), 500);
  EXPECT_EQ(a.low, b.low);
  EXPECT_EQ(a.high, b.high);
  EXPECT_GE(a.low, 1);
  EXPECT_LE(a.high, 9);
}

}  // namespace
}  // namespace syncgap::observables
