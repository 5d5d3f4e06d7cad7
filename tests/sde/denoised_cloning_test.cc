#include "sde/denoised_cloning.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace syncgap::sde {
namespace {

double noise_variance(double t) { return -std::expm1(-2 * t); }

/// Points +-m of R^d with m = amplitude (1, ..., 1).
Denoiser two_points(std::size_t d, double amplitude) {
  return [=](double t, std::span<const double> states) {
    Denoised out;
    out.means.resize(states.size());
    for (std::size_t r = 0; r < states.size() / d; ++r) {
      double along = 0;
      for (std::size_t k = 0; k < d; ++k) along += amplitude * states[r * d + k];
      const double tilt = std::tanh(along * std::exp(-t) / noise_variance(t));
      for (std::size_t k = 0; k < d; ++k) out.means[r * d + k] = amplitude * tilt;
      out.nearest.push_back(along < 0);
      out.settled.push_back(std::abs(tilt) > 1 - 1e-9);
    }
    return out;
  };
}

TEST(DenoisedStep, AncestralStepIsTheBridge) {
  // Forward from (t, s): x_t = decay x_s + sqrt(1 - decay^2) z must have the right joint moments
  // with x_s = state x_t + denoised a + noise z'.
  for (const double t : {0.01, 0.3, 2.0, 6.0})
    for (const double share : {0.0, 0.2, 0.99}) {
      const double s = share * t;
      const DenoisedStep step = ancestral_step(t, s);
      const double all = noise_variance(t), left = noise_variance(s);
      // Mean given a, variance, covariance with x_t.
      EXPECT_NEAR(step.state * std::exp(-t) + step.denoised, std::exp(-s), 1e-14);
      EXPECT_NEAR(step.state * step.state * all + step.noise * step.noise, left, 1e-14);
      EXPECT_NEAR(step.state * all, std::exp(s - t) * left, 1e-14);
    }
  const DenoisedStep last = ancestral_step(0.3, 0);
  EXPECT_EQ(last.state, 0);
  EXPECT_EQ(last.noise, 0);
  EXPECT_NEAR(last.denoised, 1, 1e-15);
}

TEST(DenoisedStep, ShortStepsOfBothSchemesAgree) {
  const double t = 0.8, h = 1e-5;
  const DenoisedStep a = ancestral_step(t, t - h), e = euler_step(t, t - h);
  EXPECT_NEAR(a.state, e.state, 1e-8);
  EXPECT_NEAR(a.denoised, e.denoised, 1e-8);
  EXPECT_NEAR(a.noise / e.noise, 1, 1e-4);
}

TEST(DdpmTimes, AreThoseOfTheSchedule) {
  const auto times = ddpm_times(1000);
  ASSERT_EQ(times.size(), 1001U);
  EXPECT_EQ(times[0], 0);
  EXPECT_NEAR(times[1], 5e-5, 1e-8);
  EXPECT_NEAR(times[1000], 5.06, 0.01);
  for (const std::size_t steps : {2U, 20U, 250U, 4000U}) {
    const auto respaced = ddpm_times(steps);
    EXPECT_EQ(respaced[0], 0);
    EXPECT_NEAR(respaced[steps], times[1000], 1e-12);
    EXPECT_NEAR(respaced[steps / 2], times[500], 1e-12);
    for (std::size_t k = 1; k <= steps; ++k) ASSERT_GT(respaced[k], respaced[k - 1]);
  }
  EXPECT_EQ(nearest_step(times, 0), 0U);
  EXPECT_EQ(nearest_step(times, 99), 1000U);
  EXPECT_EQ(nearest_step(times, times[700] + 1e-5), 700U);
  EXPECT_EQ(nearest_step(uniform_times(2, 10), 0.49), 2U);
}

TEST(RunCloned, OnePointIsReachedExactlyByTheAncestralScheme) {
  const DenoisedCloning plan{ddpm_times(20), {5, 12}, 3, StepScheme::ancestral};
  const std::vector<double> point = {1, -2, 0.5};
  const Denoiser denoise = [&](double, std::span<const double> states) {
    Denoised out;
    for (std::size_t r = 0; r < states.size() / 3; ++r) {
      out.means.insert(out.means.end(), point.begin(), point.end());
      out.nearest.push_back(0);
      out.settled.push_back(0);
    }
    return out;
  };
  std::vector<double> ends;
  double square = 0;  // of x - a e^{-t} in the middle
  std::size_t middle = 10;
  run_cloned(plan, denoise, 1, std::int64_t{0}, 0, 4000, [&](const TrunkView& view) {
    if (view.step == 0) ends.assign(view.states.begin(), view.states.end());
    if (view.step != middle) return;
    for (std::size_t i = 0; i < view.states.size(); ++i)
      square += std::pow(view.states[i] - std::exp(-view.time) * point[i % 3], 2);
  });
  for (std::size_t i = 0; i < ends.size(); ++i) ASSERT_NEAR(ends[i], point[i % 3], 1e-13);
  // The start is not quite e^{-T} a + noise; four standard errors beside that.
  const double want = noise_variance(plan.times[middle]);
  EXPECT_NEAR(square / 12000 / want, 1, 4 * std::sqrt(2.0 / 12000) + 1e-3);
}

TEST(RunCloned, GaussianDataKeepTheVarianceOfTheScheme) {
  // E[a | x] = e^{-t} s2 x / Gamma_t: the variance obeys a recursion that the samples must meet,
  // and that tends to s2 with the number of steps.
  const double s2 = 0.3;
  for (const StepScheme scheme : {StepScheme::ancestral, StepScheme::euler}) {
    const DenoisedCloning plan{uniform_times(4, 100), {}, 2, scheme};
    auto slope = [&](double t) {
      return std::exp(-t) * s2 / (noise_variance(t) + s2 * std::exp(-2 * t));
    };
    const Denoiser denoise = [&](double t, std::span<const double> states) {
      Denoised out;
      for (const double x : states) out.means.push_back(slope(t) * x);
      out.nearest.assign(states.size() / 2, 0);
      out.settled.assign(states.size() / 2, 0);
      return out;
    };
    double square = 0;
    run_cloned(plan, denoise, 2, std::int64_t{0}, 0, 20000, [&](const TrunkView& view) {
      if (view.step == 0)
        for (const double x : view.states) square += x * x;
    });
    const auto variance_after = [&](const std::vector<double>& times) {
      double variance = 1;
      for (std::size_t k = times.size() - 1; k >= 1; --k) {
        const double t = times[k], s = times[k - 1];
        const DenoisedStep step =
            scheme == StepScheme::euler ? euler_step(t, s) : ancestral_step(t, s);
        const double factor = step.state + step.denoised * slope(t);
        variance = factor * factor * variance + step.noise * step.noise;
      }
      return variance;
    };
    const double variance = variance_after(plan.times);
    EXPECT_NEAR(square / 40000, variance, 4 * variance * std::sqrt(2.0 / 40000));
    // Of first order in the step h, up to log(1/h): equal steps are long where the noise ends.
    const double coarse = std::abs(variance_after(uniform_times(8, 4000)) - s2);
    const double fine = std::abs(variance_after(uniform_times(8, 64000)) - s2);
    EXPECT_LT(coarse, 0.02);
    EXPECT_LT(fine, coarse / 9);
  }
}

TEST(RunCloned, ClonesAgreeAsThePosteriorSays) {
  // Data +-m: given x_t, clones end at +m with probability p(x_t) independently, so they agree with
  // probability E[p^2 + (1 - p)^2], regimes (6) without variance within the classes.
  const std::size_t d = 2, trajectories = 6000;
  const double amplitude = 1.2;
  for (const StepScheme scheme : {StepScheme::ancestral, StepScheme::euler}) {
    DenoisedCloning plan{ddpm_times(400), {}, d, scheme};
    const std::vector<double> wanted_times = {2.5, 1.5, 1.0, 0.6, 0.2};
    for (const double t : wanted_times) plan.branch_steps.push_back(nearest_step(plan.times, t));
    const CloneFates fates =
        run_cloned(plan, two_points(d, amplitude), 3, std::int64_t{0}, 0, trajectories, nullptr);
    std::size_t ones = 0;
    for (const std::uint32_t fate : fates.trunk) ones += fate;
    EXPECT_NEAR(static_cast<double>(ones) / trajectories, 0.5, 2.0 / std::sqrt(trajectories));
    for (std::size_t b = 0; b < wanted_times.size(); ++b) {
      const double t = plan.times[plan.branch_steps[b]];
      // E over z of (1 + tanh^2(a^2 + a z)) / 2, a = |m| e^{-t} / sqrt(Delta), by the trapezoid
      // rule.
      const double a = amplitude * std::sqrt(d) * std::exp(-t) / std::sqrt(noise_variance(t));
      double phi = 0;
      for (double z = -9; z <= 9; z += 0.01)
        phi += 0.01 * std::exp(-z * z / 2) / std::sqrt(2 * M_PI) *
               (1 + std::pow(std::tanh(a * a + a * z), 2)) / 2;
      std::size_t same = 0;
      for (std::size_t m = 0; m < trajectories; ++m)
        same += fates.clones[b * trajectories + m] == fates.trunk[m];
      const double error = std::sqrt(phi * (1 - phi) / trajectories);
      EXPECT_NEAR(static_cast<double>(same) / trajectories, phi, 4 * error + 2e-3) << t;
    }
  }
}

TEST(RunCloned, TrajectoriesDoNotDependOnTheBatch) {
  const DenoisedCloning plan{ddpm_times(50), {40, 20, 40}, 2, StepScheme::ancestral};
  const Denoiser denoise = two_points(2, 0.7);
  auto states_of = [&](std::size_t first, std::size_t count, std::vector<double>& states) {
    return run_cloned(plan, denoise, 4, std::int64_t{9}, first, count, [&](const TrunkView& view) {
      if (view.step == 7) states.insert(states.end(), view.states.begin(), view.states.end());
    });
  };
  std::vector<double> whole, parts;
  const CloneFates all = states_of(0, 30, whole);
  const CloneFates a = states_of(0, 11, parts), b = states_of(11, 19, parts);
  EXPECT_EQ(whole, parts);
  for (std::size_t branch = 0; branch < 3; ++branch)
    for (std::size_t m = 0; m < 30; ++m)
      EXPECT_EQ(all.clones[branch * 30 + m],
                m < 11 ? a.clones[branch * 11 + m] : b.clones[branch * 19 + m - 11]);
}

/// Two points, where no clone is known to have settled before the end: all stay to be looked at.
Denoised two_points_to_the_end(double t, std::span<const double> states) {
  Denoised out = two_points(2, 0.7)(t, states);
  out.settled.assign(out.settled.size(), 0);
  return out;
}

TEST(RunCloned, ABranchDoesNotDependOnTheOthers) {
  constexpr std::size_t kCount = 40;
  // Every state a clone passes is seen by the denoiser, in rows behind those of the trunks.
  struct Run {
    CloneFates fates;
    std::map<double, std::vector<double>> states;  // time -> (B, d)
  };
  const auto run = [&](std::vector<std::size_t> branch_steps) {
    Run out;
    const DenoisedCloning plan{ddpm_times(50), std::move(branch_steps), 2, StepScheme::ancestral};
    const Denoiser watched = [&](double t, std::span<const double> states) {
      out.states[t].assign(states.begin(), states.end());
      return two_points_to_the_end(t, states);
    };
    out.fates = run_cloned(plan, watched, 4, std::int64_t{9}, 0, kCount, nullptr);
    return out;
  };
  const auto clones = [](const Run& of, std::size_t branch) {
    const auto first = of.fates.clones.begin() + branch * kCount;
    return std::vector<std::uint32_t>(first, first + kCount);
  };
  const Run one = run({30}), more = run({45, 12, 30, 30, 20});
  EXPECT_EQ(more.fates.trunk, one.fates.trunk);
  EXPECT_EQ(clones(more, 2), clones(one, 0));
  EXPECT_EQ(clones(more, 3), clones(one, 0));  // the same question has the same answer
  EXPECT_NE(clones(more, 0), clones(one, 0));
  // Bit for bit all the way: rows are trunks, then clones in the order they left.
  constexpr std::size_t kBlock = kCount * 2;
  for (const auto& [time, states] : one.states) {
    const std::vector<double>& others = more.states.at(time);
    EXPECT_TRUE(std::equal(states.begin(), states.begin() + kBlock, others.begin())) << time;
    if (states.size() == kBlock) continue;  // before the clones left
    EXPECT_TRUE(std::equal(states.begin() + kBlock, states.end(), others.begin() + 2 * kBlock))
        << time;
    EXPECT_FALSE(std::equal(states.begin() + kBlock, states.end(), others.begin() + kBlock))
        << time;
  }
}

}  // namespace
}  // namespace syncgap::sde
