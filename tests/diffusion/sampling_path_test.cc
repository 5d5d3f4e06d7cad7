#include "diffusion/sampling_path.h"

#include <cmath>
#include <functional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/random.h"
#include "diffusion/branches.h"
#include "diffusion/clean_prediction.h"
#include "diffusion/coupled_modes.h"
#include "diffusion/reference_loops.h"
#include "diffusion/step_grid.h"
#include "error_text.h"

namespace syncgap::diffusion {
namespace {

using ::testing::HasSubstr;
using torch::Tensor;

constexpr std::int64_t kTrials = 20000;

/// Standard normals (trials, 2, 1, 1, 1), independent for each purpose and step.
Tensor normals(const char* purpose, std::uint32_t step) {
  auto out = torch::empty({kTrials, 2, 1, 1, 1}, torch::kFloat64);
  RandomStream(11, purpose).fill_normals<double>(0, step, {out.data_ptr<double>(), 2 * kTrials});
  return out;
}

/// Clean data of common and difference variances `data`, noise of coupling g: everything is normal,
/// so the posterior mean of the noise is a number times each mode.
struct GaussianCase {
  NoiseSchedule schedule;
  double g;
  double data_common, data_difference;

  double noise_variance(bool common) const { return common ? 1 - g : 1 + g; }
  double data_variance(bool common) const { return common ? data_common : data_difference; }
  double variance(bool common, std::int64_t t) const {
    const double signal = schedule.alpha_bar(t);
    return signal * data_variance(common) + (1 - signal) * noise_variance(common);
  }
  /// E[eps | z] / z of one mode.
  double gain(bool common, std::int64_t t) const {
    return std::sqrt(1 - schedule.alpha_bar(t)) * noise_variance(common) / variance(common, t);
  }
  Denoiser denoiser() const {
    return reference::as_denoiser([*this](const Tensor& z, std::int64_t t) {
      const auto modes = split_modes(z);
      return join_modes({modes.common * gain(true, t), modes.difference * gain(false, t)});
    });
  }
  Tensor start() const {
    const auto modes = split_modes(couple_noise(normals("start", 0), 0));
    const std::int64_t last = schedule.steps() - 1;
    return join_modes({modes.common * std::sqrt(variance(true, last)),
                       modes.difference * std::sqrt(variance(false, last))});
  }
};

/// A trajectory with nothing that leaves it.
Tensor run(const SamplingPath& path, const Denoiser& denoiser, const Tensor& start,
           const std::function<Tensor(std::int64_t)>& noise = {}) {
  return run_branches(path, denoiser, start, {},
                      [&](const BranchKey&, std::int64_t t) { return noise(t); })
      .trunk;
}

/// Within four standard errors of a variance estimated from kTrials normal numbers.
void expect_variance(const Tensor& mode, double expected) {
  EXPECT_NEAR(mode.var().item<double>(), expected,
              4 * expected * std::sqrt(2.0 / static_cast<double>(kTrials)));
  EXPECT_NEAR(mode.mean().item<double>(), 0,
              4 * std::sqrt(expected / static_cast<double>(kTrials)));
}

const double kCouplings[] = {0.0, 0.5, -0.3};

TEST(Ddim, WithTheExactScoreFollowsItsClosedForm) {
  for (const double g : kCouplings) {
    const GaussianCase c{NoiseSchedule::linear(200, 1e-4, 0.02), g, 0.5, 1.7};
    const auto start = c.start();
    const auto end = split_modes(run(SamplingPath::ddim(c.schedule), c.denoiser(), start));
    const auto begin = split_modes(start);
    for (const bool common : {true, false}) {
      double factor = 1;
      for (std::int64_t t = c.schedule.steps() - 1; t >= 0; --t) {
        const double here = c.schedule.alpha_bar(t), next = c.schedule.alpha_bar(t - 1);
        const double gain = c.gain(common, t);
        factor *= std::sqrt(next) * (1 - std::sqrt(1 - here) * gain) / std::sqrt(here) +
                  std::sqrt(1 - next) * gain;
      }
      const auto& from = common ? begin.common : begin.difference;
      const auto& to = common ? end.common : end.difference;
      EXPECT_TRUE(torch::allclose(to, from * factor, 1e-10, 1e-12));
      // The probability flow carries the law of z_T to that of the data, up to the step size.
      EXPECT_NEAR(std::pow(factor, 2) * c.variance(common, 199), c.data_variance(common),
                  0.03 * c.data_variance(common));
    }
  }
}

TEST(Ddpm, WithTheExactScoreHasTheVarianceOfItsRecursion) {
  for (const double g : kCouplings) {
    const GaussianCase c{NoiseSchedule::linear(200, 1e-4, 0.02), g, 0.5, 1.7};
    const std::int64_t last = c.schedule.steps() - 1;
    const auto noise = [&](std::int64_t t) {
      return couple_noise(normals("step", static_cast<std::uint32_t>(t)), g);
    };
    const auto end =
        split_modes(run(SamplingPath::ddpm(c.schedule), c.denoiser(), c.start(), noise));
    for (const bool common : {true, false}) {
      double variance = c.variance(common, last);
      for (std::int64_t t = last; t >= 0; --t) {
        const double beta = c.schedule.beta(t);
        const double factor =
            (1 - beta * c.gain(common, t) / std::sqrt(1 - c.schedule.alpha_bar(t))) /
            std::sqrt(1 - beta);
        variance = factor * factor * variance + (t > 0 ? beta * c.noise_variance(common) : 0.0);
      }
      expect_variance(common ? end.common : end.difference, variance);
      EXPECT_NEAR(variance, c.data_variance(common), 0.05 * c.data_variance(common));
    }
  }
}

// eta = 1 has the variance of the forward posterior: other steps, the same law in the limit.
TEST(Ddim, WithNoiseHasTheVarianceOfItsRecursion) {
  const GaussianCase c{NoiseSchedule::linear(200, 1e-4, 0.02), 0.5, 0.5, 1.7};
  const std::int64_t last = c.schedule.steps() - 1;
  const auto noise = [&](std::int64_t t) {
    return couple_noise(normals("step", static_cast<std::uint32_t>(t)), c.g);
  };
  for (const std::int64_t every : {1, 4}) {
    std::vector<std::int64_t> steps;
    for (std::int64_t t = last; t >= 0; t -= every) steps.push_back(t);
    const auto path = SamplingPath::ddim(c.schedule, 1.0, steps);
    const auto end = split_modes(run(path, c.denoiser(), c.start(), noise));
    for (const bool common : {true, false}) {
      double variance = c.variance(common, last);
      for (const ReverseStep& step : path.steps()) {
        const double here = c.schedule.alpha_bar(step.from), next = c.schedule.alpha_bar(step.to);
        const double posterior = (1 - next) / (1 - here) * (1 - here / next);
        EXPECT_NEAR(step.deviation * step.deviation, posterior, 1e-15);
        const double factor = step.on_state + step.on_noise * c.gain(common, step.from);
        variance = factor * factor * variance + posterior * c.noise_variance(common);
      }
      expect_variance(common ? end.common : end.difference, variance);
      EXPECT_NEAR(variance, c.data_variance(common),
                  0.1 * static_cast<double>(every) * c.data_variance(common));
    }
  }
}

TEST(SamplingPath, RespacedStepsAreThoseOfTheScheduleTheySpan) {
  const auto schedule = NoiseSchedule::linear(100, 1e-3, 0.1);
  const auto path = SamplingPath::ddim(schedule, 0, {90, 40, 7});
  ASSERT_EQ(path.steps().size(), 3U);
  EXPECT_EQ(path.steps()[1].from, 40);
  EXPECT_EQ(path.steps()[1].to, 7);
  EXPECT_EQ(path.steps()[2].to, -1);
  EXPECT_EQ(path.steps()[0].on_state, std::sqrt(schedule.alpha_bar(40) / schedule.alpha_bar(90)));
  EXPECT_TRUE(path.visits(7));
  EXPECT_FALSE(path.visits(8));
}

/// What the transformer's authors sample with: 100 of 1000 steps.
NoiseSchedule published_schedule() { return NoiseSchedule::linear(1000, 1e-4, 0.02); }
std::vector<std::int64_t> published_steps() { return step_grid(StepGrid::even, 1000, 100); }

/// Of the forward step between two steps of a path, and of its posterior.
struct Forward {
  Forward(const NoiseSchedule& schedule, const ReverseStep& step)
      : here(schedule.alpha_bar(step.from)),
        next(schedule.alpha_bar(step.to)),
        beta(1 - here / next),
        posterior(beta * (1 - next) / (1 - here)) {}
  double here, next, beta, posterior;
};

// E[z_to | z_from, z_0] with z_0 as eps gives it.
TEST(Ddim, WithAllNoiseTakesTheStepOfTheForwardPosterior) {
  const auto schedule = published_schedule();
  const auto path = SamplingPath::ddim(schedule, 1, published_steps());
  for (const ReverseStep& step : path.steps()) {
    const Forward forward(schedule, step);
    EXPECT_NEAR(step.deviation * step.deviation, forward.posterior, 1e-15 * forward.beta);
    const double clean = std::sqrt(forward.next) * forward.beta / (1 - forward.here);
    const double state =
        std::sqrt(forward.here / forward.next) * (1 - forward.next) / (1 - forward.here);
    EXPECT_NEAR(step.on_state, state + clean / std::sqrt(forward.here), 1e-12);
    EXPECT_NEAR(step.on_noise, -clean * std::sqrt(1 / forward.here - 1), 1e-12);
  }
}

// Numbers of the authors' GaussianDiffusion, of 100 steps.
TEST(LearnedPath, HasTheVariancesOfThePublishedCode) {
  const auto schedule = published_schedule();
  const auto path = SamplingPath::learned(schedule, published_steps());
  const auto of = [&](std::size_t i) { return path.steps()[99 - i].learned.value(); };
  const auto ratio = [&](std::size_t i) {
    return std::exp(0.5 * (of(i).log_forward - of(i).log_posterior));
  };
  EXPECT_NEAR(ratio(1), 4.68, 5e-3);
  EXPECT_NEAR(ratio(2), 1.69, 5e-3);
  EXPECT_NEAR(ratio(50), 1.005, 5e-4);
  EXPECT_NEAR(ratio(99), 1.000004, 5e-7);
  EXPECT_NEAR(of(1).log_posterior, -9.2569, 5e-5);
  EXPECT_EQ(of(0).log_posterior, of(1).log_posterior);
  EXPECT_NEAR(of(0).log_forward, std::log(1e-4), 1e-12);
  for (const ReverseStep& step : path.steps()) {
    const Forward forward(schedule, step);
    EXPECT_NEAR(step.learned->log_forward, std::log(forward.beta), 1e-12);
    if (step.to >= 0) {
      EXPECT_NEAR(step.learned->log_posterior, std::log(forward.posterior), 1e-12);
    }
  }
  EXPECT_EQ(path.steps().back().deviation, 0);
  const auto single = SamplingPath::learned(schedule, {500});
  EXPECT_EQ(single.steps()[0].deviation, 0);
  EXPECT_EQ(single.steps()[0].learned->log_posterior, single.steps()[0].learned->log_forward);
}

/// The exact denoiser of data of variance 1/2, beside which v is what is given.
Denoiser with_variance(const Denoiser& denoiser, const Tensor& v) {
  return [=](const Tensor& z, const Conditions& told) {
    return Prediction{denoiser(z, told).noise, v.expand_as(z)};
  };
}

TEST(LearnedPath, OfTheLeastVarianceIsDdimWithAllNoise) {
  const GaussianCase c{published_schedule(), 0.4, 0.5, 1.7};
  const auto noise = [&](std::int64_t t) {
    return couple_noise(normals("step", static_cast<std::uint32_t>(t)), c.g);
  };
  const auto least = with_variance(c.denoiser(), torch::full({}, -1.0, torch::kFloat64));
  const auto steps = published_steps();
  const auto end = run(SamplingPath::learned(c.schedule, steps), least, c.start(), noise);
  const auto expected = run(SamplingPath::ddim(c.schedule, 1, steps), least, c.start(), noise);
  EXPECT_TRUE(torch::allclose(end, expected, 1e-11, 1e-11));
  EXPECT_FALSE(torch::equal(
      run(SamplingPath::learned(c.schedule, steps), least, c.start(), noise),
      run(SamplingPath::learned(c.schedule, steps),
          with_variance(c.denoiser(), torch::zeros({}, torch::kFloat64)), c.start(), noise)));
}

// Nothing predicted: a step leaves on_state z_from + deviation xi.
TEST(LearnedPath, EachNumberHasTheDeviationOfItsOwnV) {
  const auto schedule = published_schedule();
  const auto path = SamplingPath::learned(schedule, {61, 50, 10});
  const auto v = torch::tensor({-1.0, -0.5, 0.0, 1.0, 3.0, -2.0}, torch::kFloat64);
  const auto start = torch::ones({3, 2, 1, 1, 1}, torch::kFloat64);
  const auto xi = torch::arange(1, 7, torch::kFloat64).view_as(start);
  std::vector<Tensor> seen;
  const auto end =
      run_branches(
          path,
          [&](const Tensor& z, const Conditions&) {
            return Prediction{torch::zeros_like(z), v.view_as(z)};
          },
          start, {}, [&](const BranchKey&, std::int64_t t) { return xi + static_cast<double>(t); },
          {}, [&](const TrunkStep& step) { seen.push_back(step.states.clone()); })
          .trunk;
  ASSERT_EQ(seen.size(), 3U);
  for (const std::size_t k : {0, 1}) {
    const ReverseStep& step = path.steps()[k];
    const Forward forward(schedule, step);
    const auto fresh = xi + static_cast<double>(step.from);
    const auto deviation = ((seen[k + 1] - step.on_state * seen[k]) / fresh).flatten();
    for (std::int64_t i = 0; i < v.numel(); ++i) {
      const double share = (v[i].item<double>() + 1) / 2;
      const double variance =
          std::pow(forward.beta, share) * std::pow(forward.posterior, 1 - share);
      EXPECT_NEAR(deviation[i].item<double>(), std::sqrt(variance), 1e-12 * std::sqrt(variance))
          << "step " << step.from << ", v = " << v[i].item<double>();
    }
  }
  // The last step adds nothing: its end is the clean state as predicted.
  EXPECT_TRUE(torch::equal(end, seen[2] * path.steps()[2].on_state));
  EXPECT_TRUE(torch::allclose(end, predict_clean(schedule, seen[2], torch::zeros_like(end), 10),
                              1e-12, 1e-12));
}

TEST(LearnedPath, WantsANetworkThatLearnsTheVariance) {
  const GaussianCase c{NoiseSchedule::linear(20, 1e-3, 0.2), 0.4, 0.5, 1.7};
  const auto noise = [](std::int64_t t) { return normals("step", static_cast<std::uint32_t>(t)); };
  EXPECT_THAT(error_text<InputError>(
                  [&] { run(SamplingPath::learned(c.schedule), c.denoiser(), c.start(), noise); }),
              HasSubstr("learns none (step t = 19): take a network that does"));
}

TEST(SamplingPath, AfterSomeStepsIsTheRest) {
  const auto schedule = NoiseSchedule::linear(100, 1e-3, 0.1);
  const auto path = SamplingPath::learned(schedule, {90, 40, 7});
  const auto rest = path.after(1);
  ASSERT_EQ(rest.steps().size(), 2U);
  EXPECT_EQ(rest.steps()[0].from, 40);
  EXPECT_FALSE(rest.visits(90));
  EXPECT_EQ(path.after(0).steps().size(), 3U);
  EXPECT_EQ(path.after(2).steps()[0].learned->log_posterior,
            path.steps()[2].learned->log_posterior);
}

TEST(SamplingPath, WhatIsNoPathIsRefused) {
  const auto schedule = NoiseSchedule::linear(100, 1e-3, 0.1);
  const auto message = [&](double eta, std::vector<std::int64_t> steps) {
    return error_text<InputError>([&] { SamplingPath::ddim(schedule, eta, std::move(steps)); });
  };
  EXPECT_THAT(message(0, {100, 3}), HasSubstr("from 100 to 3, the schedule has 100"));
  EXPECT_THAT(message(0, {3, 50}), HasSubstr("descend"));
  EXPECT_THAT(message(0, {50, 50}), HasSubstr("descend"));
  EXPECT_THAT(message(1.5, {}), HasSubstr("eta = 1.5"));
}

TEST(Ddim, WithTheTrueNoiseGivesTheCleanState) {
  const auto schedule = NoiseSchedule::cosine(50);
  const auto clean = normals("start", 1), noise = normals("step", 1);
  const double signal = schedule.alpha_bar(49);
  const auto state = clean * std::sqrt(signal) + noise * std::sqrt(1 - signal);
  const Denoiser denoiser = [&](const Tensor&, const Conditions&) { return Prediction{noise}; };
  std::int64_t seen = 0;
  const auto end = run_branches(
      SamplingPath::ddim(schedule), denoiser, state, {}, {}, {}, [&](const TrunkStep& step) {
        EXPECT_EQ(step.t, 49 - seen++);
        const auto predicted = predict_clean(schedule, step.states, step.noise, step.t);
        EXPECT_TRUE(torch::allclose(predicted, clean, 1e-6, 1e-7));
      });
  EXPECT_TRUE(torch::allclose(end.trunk, clean, 1e-6, 1e-7));
  EXPECT_EQ(seen, 50);
}

// Data at -1 and +1: the posterior mean is tanh(sqrt(abar) z / (1 - abar)).
TEST(WithinRange, LeavesAnExactDenoiserAsItIs) {
  const auto schedule = NoiseSchedule::linear(50, 1e-3, 0.2);
  const Denoiser exact = reference::as_denoiser([&](const Tensor& z, std::int64_t t) {
    const double signal = schedule.alpha_bar(t);
    const auto mean = torch::tanh(z * (std::sqrt(signal) / (1 - signal)));
    return (z - mean * std::sqrt(signal)) / std::sqrt(1 - signal);
  });
  const auto one = torch::ones({}, torch::kFloat64);
  const auto kept = within_range(schedule, exact, -one, one);
  const auto z = normals("states", 0) * 2;
  for (const std::int64_t t : {0, 10, 49}) {
    const Conditions told{torch::full({z.size(0)}, t)};
    EXPECT_LT((kept(z, told).noise - exact(z, told).noise).abs().max().item<double>(), 1e-10) << t;
  }
}

TEST(WithinRange, EndsInTheRangeWhateverTheDenoiserSays) {
  const auto schedule = NoiseSchedule::linear(50, 1e-3, 0.2);
  const Denoiser wrong = [](const Tensor& z, const Conditions&) { return Prediction{z * 0.5 - 1}; };
  const auto low = torch::tensor({-1.0, -0.5}, torch::kFloat64).view({1, 2, 1, 1, 1}), high = -low;
  const auto kept = within_range(schedule, wrong, low, high);
  const auto from = normals("states", 0);
  const auto quiet = [](std::int64_t) { return torch::zeros({}, torch::kFloat64); };
  const auto end = run(SamplingPath::ddpm(schedule), kept, from, quiet);
  EXPECT_TRUE(((end <= high + 1e-9) & (end >= low - 1e-9)).all().item<bool>());
  const auto astray = run(SamplingPath::ddpm(schedule), wrong, from, quiet);
  EXPECT_GT(astray.mean().item<double>(), 2);
}

/// Rows of one batch may be at different steps.
TEST(WithinRange, LooksUpEachRowsStep) {
  const auto schedule = NoiseSchedule::linear(50, 1e-3, 0.2);
  const Denoiser wrong = [](const Tensor& z, const Conditions&) { return Prediction{z * 0.5 - 1}; };
  const auto one = torch::ones({}, torch::kFloat64);
  const auto kept = within_range(schedule, wrong, -one, one);
  const auto z = normals("states", 0).narrow(0, 0, 2);
  const auto together = kept(z, {torch::tensor({3, 40}, torch::kInt64)}).noise;
  for (const std::int64_t row : {0, 1}) {
    const auto alone =
        kept(z.narrow(0, row, 1), {torch::tensor({row == 0 ? 3 : 40}, torch::kInt64)}).noise;
    EXPECT_TRUE(torch::equal(together.narrow(0, row, 1), alone));
  }
}

TEST(NoiseSchedule, LinearLeavesSignalAtTheEnd) {
  // The unscaled schedule leaves signal at the end: abar_T = .132 at T = 200, .0064 at T = 500.
  EXPECT_NEAR(NoiseSchedule::linear(200, 1e-4, 0.02).alpha_bar(199), 0.132, 5e-4);
  EXPECT_NEAR(NoiseSchedule::linear(500, 1e-4, 0.02).alpha_bar(499), 0.0064, 5e-5);
  EXPECT_EQ(NoiseSchedule::linear(3, 0.1, 0.3).alpha_bar(-1), 1);
  EXPECT_NEAR(NoiseSchedule::linear(3, 0.1, 0.3).alpha_bar(2), 0.9 * 0.8 * 0.7, 1e-15);
}

TEST(NoiseSchedule, CosineFallsToNothing) {
  const auto schedule = NoiseSchedule::cosine(1000);
  EXPECT_LT(schedule.alpha_bar(999), 1e-4);
  EXPECT_NEAR(schedule.alpha_bar(499), 0.494, 0.002);
  for (std::int64_t t = 0; t < 1000; ++t) {
    EXPECT_LT(schedule.alpha_bar(t), schedule.alpha_bar(t - 1));
    EXPECT_GT(schedule.ou_time(t), schedule.ou_time(t - 1));
  }
}

TEST(NoiseSchedule, ImpossibleVariancesAreRefused) {
  EXPECT_THAT(error_text<InputError>([] { NoiseSchedule::linear(10, 0, 0.1); }),
              HasSubstr("beta = 0"));
  EXPECT_THAT(error_text<InputError>([] { NoiseSchedule::linear(0, 0.1, 0.1); }),
              HasSubstr("steps = 0"));
}

TEST(CoupledModes, AreARotation) {
  const auto state = normals("start", 3);
  const auto modes = split_modes(state);
  EXPECT_TRUE(torch::allclose(join_modes(modes), state, 1e-14, 1e-14));
  EXPECT_NEAR((modes.common.square() + modes.difference.square()).sum().item<double>(),
              state.square().sum().item<double>(), 1e-8);
}

TEST(CoupledModes, NoiseHasUnitVarianceAndCorrelationMinusG) {
  for (const double g : {-0.6, 0.0, 0.3, 0.9}) {
    const auto noise = couple_noise(normals("start", 5), g);
    const auto modes = split_modes(noise);
    expect_variance(modes.common, 1 - g);
    expect_variance(modes.difference, 1 + g);
    const auto a = noise.select(1, 0), b = noise.select(1, 1);
    expect_variance(a, 1);
    EXPECT_NEAR((a * b).mean().item<double>(), -g,
                4 * std::sqrt((1 + g * g) / static_cast<double>(kTrials)));
  }
}

}  // namespace
}  // namespace syncgap::diffusion
