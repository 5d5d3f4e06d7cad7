#include "observables/estimate.h"

#include <algorithm>
#include <cmath>
#include <span>
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

// Its spread over many repetitions is what the error promises.
TEST(EstimateRatio, CountsTheCorrelationOfItsPairs) {
  MeanAccumulator ratios, errors;
  for (std::uint64_t repeat = 0; repeat < 400; ++repeat) {
    const auto z = normals("ratio", repeat, 400);
    std::vector<double> a, b;
    for (std::size_t i = 0; i < 200; ++i) {
      b.push_back(5 + z[2 * i]);
      a.push_back(2 * b.back() + 0.1 * z[2 * i + 1]);
    }
    const Estimate ratio = estimate_ratio(a, b);
    EXPECT_EQ(ratio.count, 200U);
    ratios.add(ratio.value);
    errors.add(ratio.standard_error);
  }
  EXPECT_NEAR(ratios.mean(), 2, 4 * ratios.estimate().standard_error);
  EXPECT_NEAR(std::sqrt(ratios.variance()) / errors.mean(), 1, 4 / std::sqrt(2.0 * 400));
  EXPECT_NEAR(errors.mean(), 0.1 / 5 / std::sqrt(200), 1e-4);
}

TEST(EstimateRatio, OfNothingIsExactAndOverNothingDoesNotExist) {
  const std::vector<double> zero{0, 0, 0}, some{1, 2, 3};
  EXPECT_EQ(estimate_ratio(zero, some).value, 0);
  EXPECT_EQ(estimate_ratio(zero, some).standard_error, 0);
  EXPECT_TRUE(std::isnan(estimate_ratio(some, zero).value));
}

TEST(EstimateShare, OfSuccessesAndFailuresIsWilson) {
  std::vector<double> values(148, 0.0);
  std::fill_n(values.begin(), 15, 1.0);
  const ShareEstimate seen = estimate_share(values, 3);
  const Interval wilson = wilson_interval(15, 148);
  EXPECT_NEAR(seen.value, 15.0 / 148, 1e-15);
  EXPECT_EQ(seen.count, 148);
  EXPECT_NEAR(seen.interval.low, wilson.low, 1e-14);
  EXPECT_NEAR(seen.interval.high, wilson.high, 1e-14);
}

TEST(EstimateShare, CountsNoMoreThanItIsTold) {
  const std::vector<double> equal(50, 0.5), ones(50, 1.0);
  EXPECT_EQ(estimate_share(equal, 3).count, 50);
  EXPECT_EQ(estimate_share(ones, 3).interval.high, 1.0);
  EXPECT_LT(estimate_share(ones, 3).interval.low, 0.95);
  std::vector<double> narrow(50, 0.5);
  narrow[0] = 0.6;
  EXPECT_EQ(estimate_share(narrow, 3).count, 150);
}

// Means of three successes or failures that share a cause: dependent, so worth less than three.
TEST(EstimateShare, CoversTheTruthOfDependentTrials) {
  int inside = 0;
  constexpr int kRepetitions = 2000, kValues = 100;
  for (int r = 0; r < kRepetitions; ++r) {
    const auto x = normals("causes", static_cast<std::uint64_t>(r), 4 * kValues);
    std::vector<double> values(kValues, 0.0);
    for (std::size_t i = 0; i < kValues; ++i)
      for (std::size_t k = 1; k <= 3; ++k)
        values[i] += x[4 * i] + x[4 * i + k] > 0 ? 1.0 / 3.0 : 0.0;
    const auto interval = estimate_share(values, 3).interval;
    inside += interval.low <= 0.5 && 0.5 <= interval.high;
  }
  EXPECT_NEAR(inside, 0.95 * kRepetitions, 4 * std::sqrt(kRepetitions * 0.95 * 0.05) + 10);
}

TEST(RareEvents, AreCountedByWhatTheSpreadRestsOn) {
  std::vector<double> sample(1000, 0.0);
  EXPECT_EQ(effective_events(sample), 0.0);
  for (int k = 1; k <= 5; ++k) {
    sample[7 * k] = 1e-9;
    EXPECT_NEAR(effective_events(sample), k, 0.1);
    EXPECT_TRUE(has_few_events(sample));
  }
  const auto normal = normals("events", 0, 30000);
  EXPECT_NEAR(effective_events(normal), 10000, 500);
  EXPECT_FALSE(has_few_events(normal));
  // A short sample without outliers, and one number again and again but for rounding.
  EXPECT_FALSE(has_few_events(std::span(normal).first(6)));
  std::vector<double> equal(50, 0.1);
  equal[3] = std::nextafter(0.1, 1.0);
  EXPECT_EQ(effective_events(equal), 0.0);
  EXPECT_EQ(effective_events({}), 0.0);
}

TEST(RareEvents, AnUnseenOneIsInTheError) {
  const std::vector<double> none(400, 0.0);
  const Estimate mean = estimate_mean_within(none, 2.0);
  EXPECT_EQ(mean.value, 0.0);
  EXPECT_NEAR(kZ95 * mean.standard_error, 2.0 * 3.0 / 400, 1e-12);  // the rule of three
  const Estimate variance = estimate_variance_within(none, 2.0);
  EXPECT_NEAR(kZ95 * variance.standard_error, 4.0 * 3.0 / 400, 1e-12);
  EXPECT_TRUE(std::isnan(estimate_mean_within(none, INFINITY).value));
  EXPECT_TRUE(std::isnan(estimate_mean_within(none, INFINITY).standard_error));
  EXPECT_EQ(estimate_mean_within(none, 0.0).standard_error, 0.0);  // known to be one number
  MeanAccumulator share;
  for (int i = 0; i < 400; ++i) share.add(1.0);
  EXPECT_EQ(share.share_estimate().value, 1.0);
  EXPECT_NEAR(kZ95 * share.share_estimate().standard_error, 3.0 / 400, 1e-12);
  EXPECT_NEAR(kZ95 * share.share_estimate(4000).standard_error, 3.0 / 4000, 1e-12);
  // Two of 400 that differ are two events; 400 small shares alike are none that is rare.
  MeanAccumulator two, small;
  for (int i = 0; i < 400; ++i) two.add(i < 2 ? 0.0 : 1.0), small.add(1e-4 * (1 + i % 2));
  EXPECT_NEAR(two.share_estimate().standard_error, rare_event_error(2, 1, 400), 2e-5);
  EXPECT_EQ(small.share_estimate().standard_error, small.estimate().standard_error);
  MeanAccumulator one;
  one.add(1.0);
  EXPECT_TRUE(std::isnan(one.share_estimate().standard_error));
}

TEST(RareEvents, CommonOnesChangeNothing) {
  const auto x = normals("common", 0, 500);
  EXPECT_EQ(estimate_mean_within(x, INFINITY).value, estimate_mean(x).value);
  EXPECT_EQ(estimate_mean_within(x, INFINITY).standard_error, estimate_mean(x).standard_error);
  EXPECT_EQ(estimate_variance_within(x, 9.0).standard_error, estimate_variance(x).standard_error);
  MeanAccumulator share;
  for (int i = 0; i < 400; ++i) share.add(i % 3 == 0 ? 1.0 : 0.0);
  EXPECT_EQ(share.share_estimate().standard_error, share.estimate().standard_error);
}

// Events of probability p in samples of n: intervals of two errors hold p, also where hardly one is
// seen and the plain error misses it most of the time.
TEST(RareEvents, ErrorsHoldTheTruth) {
  constexpr int kSample = 400, kRepetitions = 400;
  for (const double p : {0.0005, 0.002, 0.008}) {
    int inside = 0, plain = 0;
    for (int r = 0; r < kRepetitions; ++r) {
      const RandomStream stream(11, "rare", {r});
      std::vector<double> sample(kSample);
      stream.fill_uniforms<double>(0, 0, sample);
      for (double& u : sample) u = u < p ? 1.0 : 0.0;
      const Estimate guarded = estimate_mean_within(sample, 1.0), raw = estimate_mean(sample);
      inside += std::abs(guarded.value - p) <= kZ95 * guarded.standard_error;
      plain += std::abs(raw.value - p) <= kZ95 * raw.standard_error;
    }
    EXPECT_GE(inside, 0.93 * kRepetitions) << p;
    if (p < 0.001) {
      EXPECT_LT(plain, 0.5 * kRepetitions);
    }
  }
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
