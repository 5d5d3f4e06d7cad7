#include "experiments/network_decisions/estimates.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "core/numbers.h"
#include "experiments/network_decisions/options.h"
#include "observables/estimate.h"

namespace syncgap::experiments {
namespace {

constexpr double kStandardErrors = 4;

/// log cosh without overflow.
double log_cosh(double x) {
  return std::abs(x) + std::log1p(std::exp(-2 * std::abs(x))) - std::numbers::ln2;
}

/// Two points +-1 on a line, by the snr gamma: what mixture entropies and rates are made of, by
/// averages over a normal number.
template <class Of>
double normal_mean(const Of& of) {
  constexpr int kPoints = 4001;
  constexpr double kEnd = 12;
  double sum = 0;
  for (int k = 0; k < kPoints; ++k) {
    const double z = -kEnd + 2 * kEnd * k / (kPoints - 1);
    sum += of(z) * std::exp(-0.5 * z * z);
  }
  return sum * 2 * kEnd / (kPoints - 1) / std::sqrt(2 * std::numbers::pi);
}
/// E|x0 - E[x0|y]|^2 and I(x0; y) of y = sqrt(gamma) x0 + z.
double posterior_variance(double gamma) {
  return normal_mean([&](double z) {
    const double known = std::tanh(gamma + std::sqrt(gamma) * z);
    return 1 - known * known;
  });
}
double information(double gamma) {
  return gamma - normal_mean([&](double z) { return log_cosh(gamma + std::sqrt(gamma) * z); });
}

diffusion::NoiseSchedule usual_schedule() {
  return diffusion::NoiseSchedule::linear(1000, 1e-4, 0.02);
}

/// What is measured of `images` images alike: errors told no class, the rest 0 but for what is
/// given.
std::vector<double> measured_alike(std::size_t images, const std::vector<double>& told_none,
                                   const std::vector<double>& between = {},
                                   const std::vector<double>& entropies = {}) {
  const std::size_t steps = told_none.size();
  std::vector<double> one(of_image::quantity_count * steps, 0.0), all;
  std::copy(told_none.begin(), told_none.end(), one.begin());
  std::copy(between.begin(), between.end(), one.begin() + of_image::between_classes * steps);
  std::copy(entropies.begin(), entropies.end(), one.begin() + of_image::class_entropy * steps);
  for (std::size_t i = 0; i < images; ++i) all.insert(all.end(), one.begin(), one.end());
  return all;
}

TEST(LossSteps, AreEvenInTheLogarithmOfTheSignalToNoiseRatio) {
  NetworkDecisionsOptions options;
  const auto steps = options.loss_steps(40);
  ASSERT_GT(steps.size(), 30);
  EXPECT_EQ(steps.back(), 999);
  const auto schedule = options.replicas.schedule();
  const NoiseLevels levels(schedule, steps);
  EXPECT_LE(levels.log_snr.front(), 4);
  EXPECT_GT(log_signal_to_noise(schedule, steps.front() - 1), 4);
  const double apart = (levels.log_snr.front() - levels.log_snr.back()) / 39;
  for (std::size_t k = 10; k < steps.size(); ++k)
    EXPECT_NEAR(levels.log_snr[k - 1] - levels.log_snr[k], apart, 0.06);
  options.replicas.horizon = 5;
  EXPECT_EQ(options.loss_steps(40), (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
}

TEST(NoiseLevels, AreTwoClocksOfOneProcess) {
  // dlog gamma/dt = -2 / (1 - abar), by differences of the discrete schedule.
  const auto schedule = usual_schedule();
  const std::vector<std::int64_t> steps{99, 100, 101, 599, 600, 601};
  const NoiseLevels levels(schedule, steps);
  for (const std::size_t k : {std::size_t{1}, std::size_t{4}})
    EXPECT_NEAR(
        (levels.log_snr[k + 1] - levels.log_snr[k - 1]) / (levels.time[k + 1] - levels.time[k - 1]),
        -2 * levels.rate[k], 1e-3 * levels.rate[k]);
}

TEST(LossClock, HasRateAndEntropyOfTwoPoints) {
  // The class is the point. Told it, an exact denoiser knows all; told none, its error is
  // gamma times the variance of the posterior.
  NetworkDecisionsOptions options;
  const auto schedule = options.replicas.schedule();
  const auto steps = options.loss_steps(60);
  const NoiseLevels levels(schedule, steps);
  std::vector<double> errors, entropies;
  for (const double log_snr : levels.log_snr) {
    const double gamma = std::exp(log_snr);
    errors.push_back(gamma * posterior_variance(gamma));
    entropies.push_back(std::numbers::ln2 - information(gamma));
  }
  const auto measured = measured_alike(5, errors, errors, entropies);
  const LossClock clock(levels, measured, 2, RandomStream(1, "resamples"), 50);
  const auto entropy = clock.loss_class_entropy(), rate = clock.loss_class_rate(),
             image = clock.image_rate(), of_posterior = clock.class_rate();
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const double gamma = std::exp(levels.log_snr[k]);
    const double left = gamma < 200 ? std::numbers::ln2 - information(gamma) : 0;
    EXPECT_NEAR(entropy[k].value, left, 2e-3) << "step " << steps[k];
    EXPECT_EQ(rate[k].value, image[k].value);  // the class is all there is
    EXPECT_EQ(rate[k].value, of_posterior[k].value);
    EXPECT_NEAR(clock.class_information_rate()[k].value, rate[k].value / (2 * levels.rate[k]),
                1e-12);
  }
  EXPECT_NEAR(clock.class_information().value, std::numbers::ln2, 2e-3);
  EXPECT_NEAR(clock.image_entropy().back().value, std::numbers::ln2, 2e-3);
  // corrections E4.10: OU, dH/dt is largest at t = .14988. Steps lie .04 apart there.
  EXPECT_NEAR(clock.class_rate_peak().value, 0.14988, 0.01);
  EXPECT_NEAR(clock.loss_class_rate_peak().value, 0.14988, 0.01);
  // Equal images: no spread.
  EXPECT_NEAR(clock.class_information().interval.low, clock.class_information().value, 1e-12);
}

TEST(LossClock, LooksForNoPeakWhereLogKIsUsedUp) {
  // A rate of the class, and what telling none costs the network at every step: over 1 - abar that
  // grows without end towards the image.
  NetworkDecisionsOptions options;
  const auto steps = options.loss_steps(60);
  const NoiseLevels levels(options.replicas.schedule(), steps);
  std::vector<double> errors, entropies;
  for (const double log_snr : levels.log_snr) {
    const double gamma = 30 * std::exp(log_snr);
    errors.push_back((gamma < 200 ? gamma * posterior_variance(gamma) : 0) + 0.01);
  }
  for (const double log_snr : levels.log_snr) {
    const double gamma = 30 * std::exp(log_snr);
    entropies.push_back(gamma < 200 ? std::numbers::ln2 - information(gamma) : 0);
  }
  const auto measured = measured_alike(3, errors, errors, entropies);
  const LossClock clock(levels, measured, 2, RandomStream(1, "resamples"), 20);
  const auto rate = clock.loss_class_rate();
  EXPECT_GT(rate.front().value, rate[30].value);
  EXPECT_GT(clock.class_information().value, std::log(2.0));
  for (const double peak : {clock.loss_class_rate_peak().value, clock.class_rate_peak().value}) {
    EXPECT_GT(peak, 0.5);
    EXPECT_LT(peak, 2);
  }
}

TEST(LossClock, HasTheRateOfAGaussian) {
  // Variance v: E|e|^2 = gamma v / (1 + gamma v), dH/dt = v gamma / ((1 - abar) (1 + v gamma)).
  constexpr double kVariance = 0.3;
  NetworkDecisionsOptions options;
  const auto steps = options.loss_steps(60);
  const NoiseLevels levels(options.replicas.schedule(), steps);
  std::vector<double> errors;
  for (const double log_snr : levels.log_snr)
    errors.push_back(1 / (1 + std::exp(-log_snr) / kVariance));
  auto measured = measured_alike(2, errors);
  for (std::size_t i = 0; i < 2; ++i)  // told its class the network knows no more
    std::copy(errors.begin(), errors.end(),
              measured.begin() + signed_size((i * of_image::quantity_count + 1) * errors.size()));
  const LossClock clock(levels, measured, 2, RandomStream(1, "resamples"), 20);
  const auto entropy = clock.image_entropy();
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const double here = 1 / kVariance + std::exp(levels.log_snr[k]),
                 first = 1 / kVariance + std::exp(levels.log_snr.front());
    EXPECT_NEAR(entropy[k].value, 0.5 * std::log(first / here), 2e-3);
    EXPECT_EQ(clock.loss_class_rate()[k].value, 0);
  }
  EXPECT_EQ(clock.class_information().value, 0);
  EXPECT_TRUE(std::isnan(clock.loss_class_rate_peak().value));
}

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
