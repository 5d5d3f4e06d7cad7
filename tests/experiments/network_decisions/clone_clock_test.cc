#include "experiments/network_decisions/clone_clock.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "core/numbers.h"
#include "experiments/network_decisions/options.h"
#include "observables/estimate.h"

namespace syncgap::experiments {
namespace {

constexpr double kStandardErrors = 4;

TEST(EntropyAlongClones, IsTheIntegralOfSquaredErrors) {
  // |e|^2 = gamma d = 1 everywhere: half the range of log gamma.
  const std::vector<double> log_snr{-3, -1, 0, 2.5};
  std::vector<double> distances;
  for (const double x : log_snr) distances.push_back(std::exp(-x));
  EXPECT_NEAR(entropy_along_clone(log_snr, distances), 0.5 * 5.5, 1e-12);
  EXPECT_EQ(entropy_along_clone(std::vector<double>{1.0}, std::vector<double>{2.0}), 0);
}

TEST(PairAgreement, CountsPairsOfClones) {
  using Labels = std::vector<std::int64_t>;
  EXPECT_EQ(pair_agreement(Labels{1, 1}), 1);
  EXPECT_EQ(pair_agreement(Labels{0, 1}), 0);
  EXPECT_NEAR(pair_agreement(Labels{0, 2, 2, 2}), 0.5, 1e-12);
  EXPECT_NEAR(pair_agreement(Labels{3, 4, 3, 4}), 1.0 / 3, 1e-12);
}

/// Clones whose entropies are a number of the trunk, of deviation `between`, and one of their own.
CloneEnds made_up_ends(std::int64_t trunks, std::int64_t clones, const std::vector<double>& between,
                       double within, std::int64_t draw = 0) {
  CloneEnds ends;
  ends.trunks = trunks;
  ends.clones = clones;
  ends.classes = 2;
  const RandomStream of_trunks(3, "trunks", {draw}), of_clones(3, "clones", {draw});
  for (std::size_t b = 0; b < between.size(); ++b) {
    ends.time.push_back(to_real(between.size() - b));
    for (std::int64_t m = 0; m < trunks; ++m)
      for (std::int64_t r = 0; r < clones; ++r) {
        ends.entropies.push_back(
            500 + between[b] * of_trunks.normal<double>(unsigned_size(m), 0, 0) +
            within *
                of_clones.normal<double>(unsigned_size(m), std::uint32_t(b), std::uint32_t(r)));
        ends.known.push_back(40 * to_real(b) + to_real(r));
        ends.labels.push_back(
            of_clones.uniform<double>(unsigned_size(m), 9, std::uint32_t(r)) < 0.5 ? 0 : 1);
      }
  }
  return ends;
}

TEST(CloneClock, TellsTheVarianceBetweenTrunksFromThatOfClones) {
  constexpr double kWithin = 5;
  const std::vector<double> between{0, 1, 3, 1};
  const auto ends = made_up_ends(3000, 3, between, kWithin);
  const CloneClock clock(ends, RandomStream(1, "resamples"), 200);
  const auto variance = clock.entropy_variance();
  for (std::size_t b = 0; b < between.size(); ++b) {
    const double truth = between[b] * between[b];
    const double error = std::sqrt(2.0 / 3000) * (truth + kWithin * kWithin / 3);
    EXPECT_NEAR(variance[b].value, truth, kStandardErrors * error) << b;
    EXPECT_NEAR(
        (variance[b].interval.high - variance[b].interval.low) / (2 * observables::kZ95) / error, 1,
        0.35);
    EXPECT_NEAR(clock.clone_variance()[b], kWithin * kWithin,
                kStandardErrors * kWithin * kWithin * std::sqrt(2.0 / 6000));
    EXPECT_NEAR(clock.information()[b].value, 40 * to_real(b) + 1, 1e-9);
    EXPECT_NEAR(clock.entropy()[b].value, 500, kStandardErrors * std::sqrt((truth + 9) / 3000));
  }
  EXPECT_NEAR(clock.variance_peak().value, 2, 0.3);
}

TEST(CloneClock, HasNoBiasWithFewTrunks) {
  constexpr std::int64_t kRepeats = 400;
  std::vector<double> found;
  for (std::int64_t draw = 0; draw < kRepeats; ++draw)
    found.push_back(
        CloneClock(made_up_ends(8, 2, {2, 2, 2}, 3, draw), RandomStream(1, "resamples"), 10)
            .entropy_variance()[1]
            .value);
  const Estimate mean = observables::estimate_mean(found);
  EXPECT_NEAR(mean.value, 4, kStandardErrors * mean.standard_error);
}

TEST(CloneClock, SpeciatesWhereTheExcessPassesItsLevel) {
  // A share of the trunks, 0 to 1, is decided: its clones all agree; those of the others are
  // independent, as all are at the first branch step.
  constexpr std::int64_t kTrunks = 4000, kClones = 4;
  CloneEnds ends;
  ends.trunks = kTrunks;
  ends.clones = kClones;
  ends.classes = 4;
  const RandomStream stream(5, "labels");
  const std::vector<double> decided{0, 0.1, 0.3, 0.5, 0.7, 0.9, 1};
  for (std::size_t b = 0; b < decided.size(); ++b) {
    ends.time.push_back(3 - 0.5 * to_real(b));
    for (std::int64_t m = 0; m < kTrunks; ++m)
      for (std::int64_t r = 0; r < kClones; ++r) {
        const bool whole = to_real(m) < decided[b] * kTrunks;
        ends.labels.push_back(
            static_cast<std::int64_t>(4 * stream.uniform<double>(unsigned_size(m), std::uint32_t(b),
                                                                 whole ? 0 : std::uint32_t(r))));
        ends.entropies.push_back(0);
        ends.known.push_back(0);
      }
  }
  const CloneClock clock(ends, RandomStream(1, "resamples"), 100);
  EXPECT_NEAR(clock.independent().value, 0.25, 0.005);
  const auto excess = clock.excess();
  for (std::size_t b = 0; b < decided.size(); ++b) {
    EXPECT_NEAR(excess[b].value, decided[b], 0.02);
    EXPECT_NEAR(clock.agreement()[b].value, 0.25 + 0.75 * decided[b], 0.015);
  }
  // 0.55 lies between 0.5 at t = 1.5 and 0.7 at t = 1.
  const auto time = clock.speciation_time(0.55);
  EXPECT_NEAR(time.value, 1.375, 0.05);
  EXPECT_LT(time.interval.low, time.value);
  EXPECT_GT(time.interval.high, time.value);
  EXPECT_NEAR(NetworkDecisionsOptions{}.excess_level(), 0.55, 1e-12);
  // Everything of one class: nothing is decided.
  std::fill(ends.labels.begin(), ends.labels.end(), 2);
  const CloneClock one(ends, RandomStream(1, "resamples"), 10);
  EXPECT_TRUE(std::isnan(one.speciation_time(0.55).value));
  EXPECT_TRUE(std::isnan(one.excess()[3].value));
}

}  // namespace
}  // namespace syncgap::experiments
