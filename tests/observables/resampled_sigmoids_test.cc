#include "observables/resampled_sigmoids.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "core/check.h"
#include "core/numbers.h"
#include "observables/quantile.h"

namespace syncgap::observables {
namespace {

constexpr std::size_t kResampledPairs = 48;

std::vector<double> points() {
  std::vector<double> t;
  for (int i = 0; i <= 20; ++i) t.push_back(5 * i);
  return t;
}

/// Pairs commit at places of their own, `shift` later than the coarse structure of the same pair.
std::vector<double> commitment(const std::vector<double>& t, double shift, std::uint64_t trial) {
  std::vector<double> normals(kResampledPairs * (t.size() + 1)), values;
  RandomStream(21, "pairs").fill_normals<double>(trial, 0, normals);
  for (std::size_t i = 0; i < kResampledPairs; ++i) {
    const Sigmoid own{50 + shift + 8 * normals[i], 4, 0.1, 0.9};
    for (const double x : t) values.push_back(own(x));
  }
  for (std::size_t k = 0; k < values.size(); ++k) values[k] += 0.02 * std::sin(to_real(k) + shift);
  return values;
}

TEST(ResampledSigmoids, FitWhatWasDrawn) {
  const std::vector<double> t = points(), values = commitment(t, 0, 0);
  const RandomStream stream(5, "bootstrap");
  const std::span<const double> curves[] = {values};
  for (const PairStatistic of : {PairStatistic::mean, PairStatistic::median}) {
    const ResampledSigmoids fits(t, curves, stream, {.statistic = of, .resamples = 3});
    std::vector<double> uniforms(kResampledPairs), midpoints;
    for (std::uint64_t r = 0; r < 3; ++r) {
      stream.fill_uniforms<double>(r, 0, uniforms);
      std::vector<double> y;
      for (std::size_t k = 0; k < t.size(); ++k) {
        std::vector<double> drawn;
        for (const double u : uniforms)
          drawn.push_back(values[static_cast<std::size_t>(u * kResampledPairs) * t.size() + k]);
        double sum = 0;
        for (const double x : drawn) sum += x / kResampledPairs;
        y.push_back(of == PairStatistic::mean ? sum : quantile(drawn, 0.5));
      }
      midpoints.push_back(fit_sigmoid({t, y}).curve.midpoint);
    }
    std::size_t next = 0;
    (void)fits.statistic([&](std::span<const SigmoidFit> of_resample) {
      if (next < 3) {
        EXPECT_NEAR(of_resample[0].curve.midpoint, midpoints[next], 1e-5);
      }
      ++next;
      return 0.0;
    });
    EXPECT_EQ(next, 4U);
    EXPECT_TRUE(fits.midpoint(0).interval.low >=
                *std::min_element(midpoints.begin(), midpoints.end()) - 1e-5);
  }
}

// Both curves move with the pairs' own places (error 8 / sqrt(48) = 1.15), their distance does not.
TEST(ResampledSigmoids, DifferencesHaveTheIntervalsOfPairs) {
  const std::vector<double> t = points(), coarse = commitment(t, 0, 1), fine = commitment(t, 7, 1);
  const std::span<const double> curves[] = {coarse, fine};
  const ResampledSigmoids fits(t, curves, RandomStream(5, "bootstrap"),
                               {.statistic = PairStatistic::mean, .resamples = 400});
  const auto length = [](const IntervalEstimate& e) { return e.interval.high - e.interval.low; };
  const IntervalEstimate first = fits.midpoint(0), gap = fits.midpoint_difference(1, 0);
  EXPECT_NEAR(length(first), 2 * kZ95 * 8 / std::sqrt(kResampledPairs), 1.2);
  EXPECT_LT(length(gap), 0.3 * length(first));
  EXPECT_NEAR(gap.value, 7, 0.5);
  EXPECT_LT(gap.interval.low, 7);
  EXPECT_GT(gap.interval.high, 7);
  EXPECT_EQ(fits.share_fitted(0), 1);
  EXPECT_LT(fits.plateau(0).interval.low, 0.9);
  EXPECT_GT(fits.plateau(0).interval.high, 0.89);
  EXPECT_NEAR(fits.floor(0).value, 0.1, 0.02);
  EXPECT_GT(fits.width(0).interval.low, 4);
  EXPECT_NEAR(fits.crossing(0, 0.5).value, first.value, 0.5);
  EXPECT_NEAR(fits.linear_crossing(0, 0.5).value, first.value, 1);
  EXPECT_LT(length(fits.linear_crossing(0, 0.5)), 8);
}

TEST(ResampledSigmoids, CrossingsOfStraightLinesHaveTheIntervalsOfPairs) {
  const std::vector<double> t = points(), coarse = commitment(t, 0, 0), fine = commitment(t, 20, 0);
  const std::span<const double> curves[] = {coarse, fine};
  const ResampledSigmoids fits(t, curves, RandomStream(5, "bootstrap"), {.resamples = 200});
  const auto lag = fits.linear_crossing_difference(1, 0, 0.5);
  EXPECT_DOUBLE_EQ(lag.value,
                   fits.linear_crossing(1, 0.5).value - fits.linear_crossing(0, 0.5).value);
  EXPECT_LE(lag.interval.low, 20.5);
  EXPECT_GE(lag.interval.high, 19.5);
  // Pairs commit at places that differ by 8; what is late in a pair is late by 20 in all of them.
  const auto late = fits.linear_crossing(1, 0.5);
  EXPECT_LT(lag.interval.high - lag.interval.low, late.interval.high - late.interval.low);
}

TEST(ResampledSigmoids, ErrorsAreThoseOfTheMean) {
  const std::vector<double> t = points(), values = commitment(t, 0, 2);
  const std::span<const double> curves[] = {values};
  const ResampledSigmoids fits(t, curves, RandomStream(5, "bootstrap"),
                               {.statistic = PairStatistic::mean, .resamples = 2000});
  std::vector<double> at;
  for (std::size_t i = 0; i < kResampledPairs; ++i) at.push_back(values[i * t.size() + 10]);
  const Estimate want = estimate_mean(at);
  EXPECT_NEAR(fits.values(0)[10], want.value, 1e-12);
  EXPECT_NEAR(fits.errors(0)[10], want.standard_error, 0.08 * want.standard_error);
}

TEST(ResampledSigmoids, AFlatCurveHasNoInterval) {
  const std::vector<double> t = points();
  std::vector<double> values(kResampledPairs * t.size());
  RandomStream(3, "noise").fill_normals<double>(0, 0, values);
  const std::span<const double> curves[] = {values};
  const ResampledSigmoids fits(t, curves, RandomStream(5, "bootstrap"), {.resamples = 100});
  EXPECT_EQ(fits.fit(0).status, FitStatus::flat);
  EXPECT_TRUE(std::isnan(fits.midpoint(0).value) && std::isnan(fits.midpoint(0).interval.low));
  EXPECT_LT(fits.share_fitted(0), 0.5);
  EXPECT_EQ(fits.status(0), FitStatus::flat);
}

/// Pairs that rise alike from 0.1 to 0.5 at t = 50, with noise of their own at every point.
ResampledSigmoids scattered(std::size_t count, double deviation, std::uint64_t seed) {
  std::vector<double> t, normals(kResampledPairs * count), values;
  for (std::size_t k = 0; k < count; ++k) t.push_back(100 * to_real(k) / to_real(count - 1));
  RandomStream(seed, "scatter").fill_normals<double>(0, 0, normals);
  const Sigmoid rise{50, 5, 0.1, 0.5};
  for (std::size_t i = 0; i < normals.size(); ++i)
    values.push_back(rise(t[i % count]) + deviation * normals[i]);
  const std::span<const double> curves[] = {values};
  return {t,
          curves,
          RandomStream(5, "bootstrap"),
          {.statistic = PairStatistic::mean, .resamples = 200}};
}

// Judged by the errors of all pairs, under 5 of 100 resamples of the first kind were sigmoids:
// their chi^2 is 2 per point.
TEST(ResampledSigmoids, ResamplesOfASigmoidAreSigmoidsHoweverManyPoints) {
  for (const double deviation : {0.3, 0.6})
    for (const std::size_t count : {21, 41, 101}) {
      const ResampledSigmoids fits = scattered(count, deviation, 7);
      EXPECT_EQ(fits.status(0), FitStatus::fitted) << count << " points";
      EXPECT_GT(fits.share_fitted(0), 0.9) << count << " points";
      EXPECT_LT(fits.midpoint(0).interval.low, 51);
      EXPECT_GT(fits.midpoint(0).interval.high, 49);
    }
}

// The rise is a fifth of the scatter: enough for all pairs at one draw, not for most resamples.
TEST(ResampledSigmoids, ASigmoidThatMostResamplesLackIsUnstable) {
  const ResampledSigmoids fits = scattered(21, 2, 9);
  EXPECT_EQ(fits.fit(0).status, FitStatus::fitted);
  EXPECT_LT(fits.share_fitted(0), 0.4);
  EXPECT_EQ(fits.status(0), FitStatus::unstable);
  EXPECT_TRUE(std::isnan(fits.midpoint(0).interval.low));
}

TEST(ResampledSigmoids, RefuseWhatIsNotANumber) {
  const std::vector<double> t = points();
  std::vector<double> values = commitment(t, 0, 0);
  values[2 * t.size() + 3] = std::numeric_limits<double>::quiet_NaN();
  const std::span<const double> curves[] = {values};
  try {
    ResampledSigmoids(t, curves, RandomStream(5, "bootstrap"));
    FAIL();
  } catch (const UnitError& error) {
    EXPECT_STREQ(error.what(), "the curves of pairs cannot be fitted: pair 2 at t = 15 is nan");
  }
}

}  // namespace
}  // namespace syncgap::observables
