#include "observables/adaptive_scan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/check.h"
#include "core/numbers.h"
#include "observables/resampled_sigmoids.h"

namespace syncgap::observables {
namespace {

constexpr std::size_t kScannedPairs = 64;
constexpr std::int64_t kLast = 100;

/// Values of all pairs at one point.
using Measure = std::function<std::vector<double>(std::int64_t)>;

/// Branches with noise of their own around a common curve, and an offset of every pair.
Measure noisy_pairs(const Sigmoid& curve, std::uint64_t trial) {
  return [=](std::int64_t t) {
    std::vector<double> values(kScannedPairs), offsets(kScannedPairs);
    const RandomStream stream(31, "branches");
    stream.fill_normals<double>(trial, static_cast<std::uint32_t>(t + 1), values);
    stream.fill_normals<double>(trial, 0, offsets);
    for (std::size_t i = 0; i < kScannedPairs; ++i)
      values[i] = curve(to_real(t)) + 0.2 * values[i] + 0.1 * offsets[i];
    return values;
  };
}

/// Labels: each pair commits at a time of its own; before and after it agrees by chance.
Measure committing_pairs(const Sigmoid& curve, std::uint64_t trial) {
  return [=](std::int64_t t) {
    std::vector<double> values(kScannedPairs), times(kScannedPairs);
    const RandomStream stream(32, "branches");
    stream.fill_uniforms<double>(trial, static_cast<std::uint32_t>(t + 1), values);
    stream.fill_uniforms<double>(trial, 0, times);
    for (std::size_t i = 0; i < kScannedPairs; ++i) {
      const double time = curve.midpoint + curve.width * std::log(times[i] / (1 - times[i]));
      values[i] = values[i] < (to_real(t) > time ? curve.plateau : curve.floor) ? 1 : 0;
    }
    return values;
  };
}

struct Scan {
  std::vector<std::int64_t> points;
  std::vector<double> pairs;  ///< (N, K)
  CurveScan end;

  IntervalEstimate midpoint(std::uint64_t trial, std::size_t resamples) const {
    const std::vector<double> t(points.begin(), points.end());
    const std::span<const double> curves[] = {pairs};
    return ResampledSigmoids(t, curves,
                             RandomStream(33, "bootstrap", {static_cast<std::int64_t>(trial)}),
                             {.statistic = PairStatistic::mean, .resamples = resamples})
        .midpoint(0);
  }
  double share() const {
    return to_real(scan_evaluations(points, kLast)) / to_real(naive_evaluations(kLast));
  }
};

void fill_pairs(Scan& scan, const std::map<std::int64_t, std::vector<double>>& seen) {
  for (const auto& [t, values] : seen) scan.points.push_back(t);
  for (std::size_t i = 0; i < kScannedPairs; ++i)
    for (const auto& [t, values] : seen) scan.pairs.push_back(values[i]);
}

Scan run_scan(const Measure& measure, const ScanOptions& options = {}) {
  std::map<std::int64_t, std::vector<double>> seen;
  Scan scan;
  for (;;) {
    std::vector<std::int64_t> points;
    std::vector<double> values, errors;
    for (const auto& [t, pairs] : seen) {
      const Estimate mean = estimate_mean(pairs);
      points.push_back(t);
      values.push_back(mean.value);
      errors.push_back(mean.standard_error);
    }
    const ScanCurve curve[] = {{values, errors}};
    const ScanAdvice advice = next_scan_points(points, curve, options);
    scan.end = advice.curves[0];
    EXPECT_EQ(advice.next.empty(), is_done(scan.end.state));
    if (advice.next.empty()) break;
    for (const std::int64_t t : advice.next) {
      EXPECT_TRUE(t >= 0 && t <= kLast && !seen.contains(t));
      seen[t] = measure(t);
    }
  }
  fill_pairs(scan, seen);
  return scan;
}

Scan scan_all(const Measure& measure) {
  std::map<std::int64_t, std::vector<double>> seen;
  for (std::int64_t t = 0; t <= kLast; ++t) seen[t] = measure(t);
  Scan scan;
  fill_pairs(scan, seen);
  return scan;
}

Sigmoid some_curve(std::uint64_t trial, double floor, double plateau) {
  const RandomStream stream(34, "curves");
  return {35 + 40 * stream.uniform<double>(trial, 0, 0),
          3 + 5 * stream.uniform<double>(trial, 0, 1), floor, plateau};
}

/// 500 scans: the interval holds the known midpoint as often as it says, for a quarter of the cost.
void expect_coverage(Measure (*pairs)(const Sigmoid&, std::uint64_t)) {
  constexpr int kScans = 500;
  int held = 0, precise = 0;
  double share = 0, most = 0;
  for (std::uint64_t trial = 0; trial < kScans; ++trial) {
    const Sigmoid curve = some_curve(trial, 0.1, 0.85);
    const Scan scan = run_scan(pairs(curve, trial));
    const Interval interval = scan.midpoint(trial, 200).interval;
    held += interval.low <= curve.midpoint && curve.midpoint <= interval.high ? 1 : 0;
    precise += scan.end.state == ScanState::precise ? 1 : 0;
    share += scan.share() / kScans;
    most = std::max(most, scan.share());
  }
  const double coverage = to_real(held) / kScans;
  testing::Test::RecordProperty("coverage", std::to_string(coverage));
  testing::Test::RecordProperty("share of naive evaluations", std::to_string(share));
  EXPECT_GE(coverage, 0.92);
  EXPECT_LE(coverage, 0.98);
  EXPECT_LE(most, 0.35);
  EXPECT_LE(share, 0.245);  // 0.255 for noisy pairs if what a point costs did not count
  EXPECT_GE(precise, 475);
}

TEST(AdaptiveScan, IntervalsCoverTheMidpointOfNoisyPairs) { expect_coverage(&noisy_pairs); }

TEST(AdaptiveScan, IntervalsCoverTheMidpointOfPairsThatCommitOneByOne) {
  expect_coverage(&committing_pairs);
}

TEST(AdaptiveScan, IntervalsAreAtMostATenthWiderThanOfAllPoints) {
  for (const auto pairs : {&noisy_pairs, &committing_pairs}) {
    constexpr int kScans = 60;
    MeanAccumulator wider;
    for (std::uint64_t trial = 0; trial < kScans; ++trial) {
      const Measure measure = pairs(some_curve(trial, 0.1, 0.85), trial);
      const Interval adaptive = run_scan(measure).midpoint(trial, 300).interval;
      const Interval all = scan_all(measure).midpoint(trial, 300).interval;
      wider.add(std::log((adaptive.high - adaptive.low) / (all.high - all.low)));
    }
    EXPECT_LE(wider.mean(), std::log(1.1));
    EXPECT_GE(wider.mean(), -4 * wider.estimate().standard_error);
  }
}

TEST(AdaptiveScan, StartsWithACoarseGridThatHoldsBothEnds) {
  const ScanCurve none[] = {{}};
  const ScanAdvice advice = next_scan_points({}, none, {.last = 50, .coarse_step = 15});
  EXPECT_EQ(advice.next, (std::vector<std::int64_t>{0, 15, 30, 45, 50}));
  EXPECT_EQ(advice.curves[0].state, ScanState::coarse);
  const std::vector<std::int64_t> some = {0, 30, 50};
  const std::vector<double> values = {0, 1, 1};
  const ScanCurve curve[] = {{values, {}}};
  EXPECT_EQ(next_scan_points(some, curve, {.last = 50, .coarse_step = 15}).next,
            (std::vector<std::int64_t>{15, 45}));
}

TEST(AdaptiveScan, AddsFirstWhereTheMidpointIsDecided) {
  std::vector<std::int64_t> points;
  std::vector<double> values;
  for (std::int64_t t = 0; t <= kLast; t += 10) {
    points.push_back(t);
    values.push_back(Sigmoid{62, 3, 0, 1}(to_real(t)));
  }
  const ScanCurve curve[] = {{values, {}}};
  const ScanAdvice advice = next_scan_points(points, curve);
  EXPECT_EQ(advice.curves[0].state, ScanState::refining);
  EXPECT_EQ(advice.next.size(), 8U);
  EXPECT_GT(advice.curves[0].widening, 0.1);
  EXPECT_GE(std::count_if(advice.next.begin(), advice.next.end(),
                          [](std::int64_t t) { return t > 53 && t < 71; }),
            4);
  // What is said depends on what is given alone.
  EXPECT_EQ(next_scan_points(points, curve).next, advice.next);
}

TEST(AdaptiveScan, ServesSeveralCurvesAtOnce) {
  std::vector<std::int64_t> points;
  std::vector<double> early, late;
  for (std::int64_t t = 0; t <= kLast; t += 10) {
    points.push_back(t);
    early.push_back(Sigmoid{35, 3, 10, 4}(to_real(t)));
    late.push_back(Sigmoid{75, 3, 220, 120}(to_real(t)));
  }
  const ScanCurve curves[] = {{early, {}}, {late, {}}};
  const auto near = [&](const ScanAdvice& advice, double place) {
    return std::count_if(advice.next.begin(), advice.next.end(),
                         [&](std::int64_t t) { return std::abs(to_real(t) - place) < 8; });
  };
  const ScanAdvice advice = next_scan_points(points, curves);
  EXPECT_GE(near(advice, 35), 3);
  EXPECT_GE(near(advice, 75), 3);
}

// Agreement, coarse and fine structure of the same pairs, one scan for all three.
TEST(AdaptiveScan, ThreeCurvesStayWithinTheCostOfAThird) {
  constexpr int kScans = 100;
  int precise = 0;
  double share = 0;
  for (std::uint64_t trial = 0; trial < kScans; ++trial) {
    const Sigmoid middle = some_curve(trial, 0.1, 0.85);
    Sigmoid early = middle, late = middle;
    early.midpoint -= 6;
    late.midpoint += 8;
    std::vector<std::int64_t> points;
    for (bool done = false; !done;) {
      std::vector<std::vector<double>> values(3), errors(3);
      std::vector<ScanCurve> curves;
      for (std::size_t c = 0; c < 3; ++c) {
        const Measure measure =
            noisy_pairs(std::array{early, middle, late}[c], 1000 * (c + 1) + trial);
        for (const std::int64_t t : points) {
          const Estimate mean = estimate_mean(measure(t));
          values[c].push_back(mean.value);
          errors[c].push_back(mean.standard_error);
        }
        curves.push_back({values[c], errors[c]});
      }
      const ScanAdvice advice = next_scan_points(points, curves);
      done = advice.next.empty();
      for (const CurveScan& scan : advice.curves)
        precise += done && scan.state == ScanState::precise ? 1 : 0;
      points.insert(points.end(), advice.next.begin(), advice.next.end());
      std::sort(points.begin(), points.end());
    }
    const double used =
        to_real(scan_evaluations(points, kLast)) / to_real(naive_evaluations(kLast));
    EXPECT_LE(used, 0.35);
    share += used / kScans;
  }
  RecordProperty("share of naive evaluations", std::to_string(share));
  RecordProperty("share precise", std::to_string(to_real(precise) / (3 * kScans)));
  EXPECT_GE(to_real(precise) / (3 * kScans), 0.9);
}

TEST(AdaptiveScan, AFlatCurveIsLookedAtTwiceAndLeft) {
  const Scan scan = run_scan(noisy_pairs({50, 5, 0.4, 0.4}, 7));
  EXPECT_EQ(scan.end.state, ScanState::no_sigmoid);
  EXPECT_EQ(scan.end.fit.status, FitStatus::flat);
  EXPECT_EQ(scan.points.size(), 21U);
}

TEST(AdaptiveScan, StopsWhereNothingIsLeftToAddOrToPay) {
  const Measure measure = noisy_pairs({40, 5, 0.1, 0.9}, 3);
  const Scan all = run_scan(measure, {.widening = 0, .most_evaluations = 1});
  EXPECT_EQ(all.points.size(), 101U);
  EXPECT_EQ(all.end.state, ScanState::precise);
  EXPECT_NEAR(all.end.widening, 0, 1e-12);
  const Scan poor = run_scan(measure, {.widening = 0, .most_evaluations = 0.12});
  EXPECT_EQ(poor.end.state, ScanState::spent);
  EXPECT_LE(poor.share(), 0.12);
  EXPECT_GT(poor.end.widening, 0);
}

TEST(AdaptiveScan, RefusesWhatIsNotANumber) {
  const std::vector<std::int64_t> points = {0, 10, 20, 30, 40, 50};
  const std::vector<double> values = {0, 0, 0, std::numeric_limits<double>::quiet_NaN(), 1, 1};
  const ScanCurve curve[] = {{values, {}}};
  EXPECT_THROW(next_scan_points(points, curve, {.last = 50}), UnitError);
  EXPECT_THROW(next_scan_points(points, curve, {.last = 0}), InputError);
}

TEST(AdaptiveScan, CountsATrunkAndItsBranches) {
  EXPECT_EQ(scan_evaluations(std::vector<std::int64_t>{0, 60, 100}, 100), 100 + 100 + 40);
  EXPECT_EQ(naive_evaluations(100), 10100);
}

TEST(AdaptiveScan, OfSeveralCurvesCostsNoMoreThanIsAllowed) {
  ScanOptions options;
  options.last = 50;
  options.coarse_step = 5;
  options.widening = 0.001;
  // A wide sigmoid takes what there is; then another curve turns out not to be one.
  const Sigmoid wide{30, 6, 0, 1};
  std::vector<std::int64_t> measured = next_scan_points({}, {}, options).next;
  for (int round = 0; round < 50; ++round) {
    std::vector<double> rising, other;
    for (const std::int64_t t : measured) {
      const double noise = 0.05 * std::sin(12.9 * to_real(t));
      rising.push_back(wide(to_real(t)) + noise);
      other.push_back(round < 2 ? wide(to_real(t)) : std::abs(to_real(t) - 25) < 8 ? 1.0 : 0.0);
    }
    const std::vector<double> errors(measured.size(), 0.05);
    const std::vector<ScanCurve> curves = {{rising, errors}, {other, errors}};
    const ScanAdvice advice = next_scan_points(measured, curves, options);
    if (advice.next.empty()) {
      for (const CurveScan& curve : advice.curves) EXPECT_TRUE(is_done(curve.state));
      break;
    }
    measured.insert(measured.end(), advice.next.begin(), advice.next.end());
    std::sort(measured.begin(), measured.end());
    ASSERT_LT(round, 49);
  }
  EXPECT_LE(to_real(scan_evaluations(measured, options.last)),
            options.most_evaluations * to_real(naive_evaluations(options.last)));
}

}  // namespace
}  // namespace syncgap::observables
