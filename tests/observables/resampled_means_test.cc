#include "observables/resampled_means.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "core/numbers.h"

namespace syncgap::observables {
namespace {

TEST(ResampledMeans, AreTheMeansOfWhatWasDrawn) {
  const std::size_t samples = 50, quantities = 3, resamples = 70;
  std::vector<double> values(samples * quantities), uniforms(samples);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<double>(i));
  const RandomStream stream(4, "bootstrap");
  const ResampledMeans means(values, quantities, stream, resamples);
  for (const std::size_t r : {0U, 63U, 64U, 69U}) {
    stream.fill_uniforms<double>(r, 0, uniforms);
    std::vector<double> want(quantities, 0.0);
    for (const double u : uniforms)
      for (std::size_t k = 0; k < quantities; ++k)
        want[k] += values[static_cast<std::size_t>(u * samples) * quantities + k] / samples;
    for (std::size_t k = 0; k < quantities; ++k) EXPECT_NEAR(means.resample(r)[k], want[k], 1e-14);
  }
}

TEST(ResampledMeans, AnUnseenEventIsInTheInterval) {
  // 300 samples that never show it, two that do, and a common one.
  const std::size_t samples = 300;
  std::vector<double> values;
  for (std::size_t i = 0; i < samples; ++i)
    values.insert(values.end(), {1.0, i < 2 ? 0.5 : 0.0, i % 2 ? 1.0 : 0.0});
  const ResampledMeans means(values, 3, RandomStream(2, "bootstrap"), 500);
  const IntervalEstimate never = means.mean_within(0, 0, 1);
  EXPECT_NEAR(never.value, 1.0, 1e-12);
  EXPECT_NEAR(never.interval.low, 1.0 - 3.0 / samples, 1e-12);  // the rule of three
  EXPECT_NEAR(never.interval.high, 1.0, 1e-12);
  const IntervalEstimate twice = means.mean_within(1, 0, 0.5);
  EXPECT_EQ(twice.interval.low, 0.0);
  EXPECT_GT(twice.interval.high, 0.5 * 5.5 / samples);
  EXPECT_EQ(means.mean_within(2, 0, 1).interval.low, means.interval(2).low);
  constexpr double kUnbounded = std::numeric_limits<double>::infinity();
  EXPECT_NEAR(means.mean_within(0, 0, kUnbounded).interval.low, 1.0, 1e-12);
}

TEST(ResampledMeans, IntervalIsTheNormalOneAndSharesItsDraws) {
  const std::size_t samples = 1000;
  std::vector<double> normals(samples), values;
  RandomStream(1, "sample").fill_normals<double>(0, 0, normals);
  for (const double x : normals) values.insert(values.end(), {x, 3 - x});
  const ResampledMeans means(values, 2, RandomStream(2, "bootstrap"), 4000);
  const Interval first = means.interval(0);
  EXPECT_NEAR(first.high - first.low, 2 * kZ95 / std::sqrt(samples), 0.006);
  EXPECT_NEAR((first.high + first.low) / 2, means.means()[0], 0.005);
  // The sum of the two is 3 in every resample.
  const Interval sum = means.interval(0, 2, [](std::span<const double> m) { return m[0] + m[1]; });
  EXPECT_NEAR(sum.low, 3, 1e-12);
  EXPECT_NEAR(sum.high, 3, 1e-12);
}

TEST(PercentileInterval, LeavesOutWhatDoesNotExist) {
  std::vector<double> values(95, 1.0);
  values.resize(100, kNoValue);
  EXPECT_EQ(percentile_interval(values).low, 1);
  values[0] = kNoValue;
  EXPECT_TRUE(std::isnan(percentile_interval(values).low));
  EXPECT_EQ(percentile_interval({1, 1, kNoValue}, 0.95, 0.5).low, 1);
  EXPECT_TRUE(std::isnan(percentile_interval({1, kNoValue, kNoValue}, 0.95, 0.5).low));
  EXPECT_TRUE(std::isnan(percentile_interval({}).high));
}

}  // namespace
}  // namespace syncgap::observables
