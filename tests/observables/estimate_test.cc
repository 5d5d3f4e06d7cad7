#include "observables/estimate.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "core/random.h"

namespace syncgap::observables {
namespace {

std::vector<double> normals(const char* purpose, std::uint64_t trial, std::size_t count) {
  std::vector<double> x(count);
  RandomStream(1, purpose).fill_normals<double>(trial, 0, x);
  return x;
}

TEST(MeanAccumulator, GivesTheTextbookNumbers) {
  MeanAccumulator accumulator;
  for (const double x : {2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0}) accumulator.add(x);
  EXPECT_DOUBLE_EQ(accumulator.mean(), 5.0);
  EXPECT_DOUBLE_EQ(accumulator.variance(), 32.0 / 7);
  EXPECT_DOUBLE_EQ(accumulator.estimate().standard_error, std::sqrt(32.0 / 7 / 8));
  EXPECT_EQ(accumulator.count(), 8u);
}

TEST(MeanAccumulator, IsTheSameInBatchesPiecesAndOneByOne) {
  const auto x = normals("batches", 0, 1000);
  MeanAccumulator single, batched, first, second;
  for (const double value : x) single.add(value);
  for (std::size_t i = 0; i < 1000; i += 40) batched.add(std::span(x).subspan(i, 40));
  first.add(std::span(x).first(123));
  second.add(std::span(x).subspan(123));
  first.merge(second);
  for (const auto* other : {&batched, &first}) {
    EXPECT_EQ(other->count(), 1000u);
    EXPECT_NEAR(other->mean(), single.mean(), 1e-15);
    EXPECT_NEAR(other->variance(), single.variance(), 1e-14);
  }
}

TEST(MeanAccumulator, SurvivesALargeMean) {
  MeanAccumulator accumulator;
  for (const double x : {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}) accumulator.add(x);
  EXPECT_DOUBLE_EQ(accumulator.variance(), 30.0);
}

TEST(MeanAccumulator, HasNoErrorToGiveBelowTwoSamples) {
  MeanAccumulator accumulator;
  EXPECT_TRUE(std::isnan(accumulator.variance()));
  accumulator.add(3.0);
  EXPECT_EQ(accumulator.mean(), 3.0);
  EXPECT_TRUE(std::isnan(accumulator.estimate().standard_error));
  accumulator.merge(MeanAccumulator());
  EXPECT_EQ(accumulator.count(), 1u);
}

TEST(EstimateVariance, GivesTheTextbookNumbersWhateverTheMean) {
  for (const double mean : {0.0, 1e6}) {
    std::vector<double> x;
    for (const double value : {2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0}) x.push_back(mean + value);
    const Estimate found = estimate_variance(x);
    EXPECT_DOUBLE_EQ(found.value, 32.0 / 7);
    // Fourth central moment 44.5, hence ((44.5 - (32/7)^2 5/7) / 8)^(1/2).
    EXPECT_DOUBLE_EQ(found.standard_error,
                     std::sqrt((44.5 - 32.0 / 7 * 32.0 / 7 * 5.0 / 7.0) / 8.0));
  }
  EXPECT_TRUE(std::isnan(estimate_variance(std::vector<double>{1.0}).value));
  EXPECT_TRUE(std::isnan(estimate_variance(std::vector<double>{1.0, 2.0}).standard_error));
}

TEST(EstimateVariance, CoversTheTruthOfASkewedLaw) {
  // Squares of normals: variance 2, heavy fourth moment.
  int inside = 0;
  for (int repeat = 0; repeat < 400; ++repeat) {
    auto x = normals("variance coverage", static_cast<std::uint64_t>(repeat), 2000);
    for (double& value : x) value *= value;
    const Estimate found = estimate_variance(x);
    inside += std::abs(found.value - 2.0) < kZ95 * found.standard_error;
  }
  EXPECT_GT(inside, 400 * 0.88);
  EXPECT_LT(inside, 400 * 0.98);
}

TEST(EstimateMean, CoversTheTruthAsOftenAsItSays) {
  int inside = 0;
  const int repetitions = 2000;
  for (int r = 0; r < repetitions; ++r) {
    const Estimate e = estimate_mean(normals("cover", static_cast<std::uint64_t>(r), 200));
    inside += std::abs(e.value) < kZ95 * e.standard_error;
  }
  EXPECT_NEAR(inside, 0.95 * repetitions, 4 * std::sqrt(repetitions * 0.95 * 0.05) + 10);
}

TEST(PairedDifference, ForgetsWhatIsShared) {
  const auto shared = normals("shared", 0, 500), a = normals("a", 0, 500), b = normals("b", 0, 500);
  std::vector<double> x(500), y(500), difference(500);
  for (std::size_t i = 0; i < 500; ++i) {
    x[i] = 100 * shared[i] + 0.1 * a[i] + 0.5;
    y[i] = 100 * shared[i] + 0.1 * b[i];
    difference[i] = x[i] - y[i];
  }
  const Estimate e = estimate_paired_difference(x, y);
  EXPECT_NEAR(e.value, 0.5, 4 * e.standard_error);
  EXPECT_NEAR(e.standard_error, 0.1 * std::sqrt(2.0 / 500), 0.001);
  EXPECT_NEAR(e.value, estimate_mean(difference).value, 1e-12);
}

TEST(WilsonInterval, GivesPublishedNumbers) {
  // Newcombe (1998), table I.
  const Interval a = wilson_interval(81, 263);
  EXPECT_NEAR(a.low, 0.2553, 5e-5);
  EXPECT_NEAR(a.high, 0.3662, 5e-5);
  const Interval b = wilson_interval(15, 148);
  EXPECT_NEAR(b.low, 0.0624, 5e-5);
  EXPECT_NEAR(b.high, 0.1605, 5e-5);
  const Interval c = wilson_interval(0, 20);
  EXPECT_EQ(c.low, 0.0);
  EXPECT_NEAR(c.high, 0.1611, 5e-5);
  const Interval d = wilson_interval(29, 29);
  EXPECT_NEAR(d.low, 0.8830, 5e-5);
  EXPECT_EQ(d.high, 1.0);
}

}  // namespace
}  // namespace syncgap::observables
