#include "experiments/network_decisions/loss_clock.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "core/numbers.h"
#include "experiments/network_decisions/options.h"

namespace syncgap::experiments {
namespace {

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
             image = clock.image_rate(), own = clock.own_information_rate(),
             of_posterior = clock.class_rate(), information_rate = clock.class_information_rate();
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const double gamma = std::exp(levels.log_snr[k]);
    const double left = gamma < 200 ? std::numbers::ln2 - information(gamma) : 0;
    EXPECT_NEAR(entropy[k].value, left, 2e-3) << "step " << steps[k];
    EXPECT_EQ(rate[k].value, image[k].value);  // the class is all there is
    EXPECT_NEAR(own[k].value, rate[k].value / (2 * levels.rate[k]), 1e-12);
    EXPECT_NEAR(of_posterior[k].value, information_rate[k].value * 2 * levels.rate[k], 1e-12);
    // Differences over steps that lie .2 apart; one-sided at the ends.
    const bool inside = k >= 2 && k + 2 < steps.size();
    EXPECT_NEAR(information_rate[k].value, own[k].value, inside ? 0.01 : 0.05) << steps[k];
  }
  EXPECT_NEAR(clock.own_information().value, std::numbers::ln2, 2e-3);
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
  const auto entropy = clock.image_entropy(), known = clock.image_information();
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const double here = 1 / kVariance + std::exp(levels.log_snr[k]),
                 first = 1 / kVariance + std::exp(levels.log_snr.front());
    EXPECT_NEAR(entropy[k].value, 0.5 * std::log(first / here), 2e-3);
    EXPECT_NEAR(known[k].value, entropy.back().value - entropy[k].value, 1e-12);
    EXPECT_EQ(clock.loss_class_rate()[k].value, 0);
  }
  EXPECT_EQ(clock.class_information().value, 0);
  EXPECT_TRUE(std::isnan(clock.loss_class_rate_peak().value));
}

}  // namespace
}  // namespace syncgap::experiments
