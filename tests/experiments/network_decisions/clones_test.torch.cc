#include "experiments/network_decisions/clones.h"

#include <cmath>
#include <vector>

#include <Eigen/Core>
#include <gtest/gtest.h>

#include "core/numbers.h"
#include "diffusion/normals.h"
#include "experiments/network_decisions/loss_clock.h"
#include "experiments/network_decisions/loss_errors.h"
#include "networks/tensor_values.h"
#include "observables/estimate.h"
#include "theory/cloning_agreement.h"
#include "theory/data_mixture.h"
#include "theory/information.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;

constexpr double kCloneErrors = 4;
constexpr std::int64_t kPixels = 16;

/// Two images, all white and all black: E[x0|x_t] is the mean of the posterior. Exact.
diffusion::Denoiser two_points(const diffusion::NoiseSchedule& schedule) {
  return [&schedule](const Tensor& z, const diffusion::Conditions& told) {
    const double signal = schedule.alpha_bar(told.step[0].item<std::int64_t>());
    const auto total = z.flatten(1).sum(1).view({-1, 1, 1, 1, 1});
    const auto clean = torch::tanh(total * (std::sqrt(signal) / (1 - signal))).expand_as(z);
    return diffusion::Prediction{(z - std::sqrt(signal) * clean) / std::sqrt(1 - signal)};
  };
}

/// What x_t knows of which of them it was, at eta = d gamma.
theory::Information posterior_of_two_points(double eta) {
  Eigen::MatrixXd points(1, 2);
  points << -1, 1;
  const auto line = theory::DataMixture::of_points(points, theory::DataMixture::equal_weights(2));
  return theory::line_information(line, 1 / eta, theory::EntropyParts::label_only);
}

/// Pixels that are normal with this variance. Exact.
diffusion::Denoiser gaussian(const diffusion::NoiseSchedule& schedule, double variance) {
  return [&schedule, variance](const Tensor& z, const diffusion::Conditions& told) {
    const double signal = schedule.alpha_bar(told.step[0].item<std::int64_t>());
    return diffusion::Prediction{z * (std::sqrt(1 - signal) / (signal * variance + 1 - signal))};
  };
}

SeenClones sign_of(const Tensor& states) {
  return {states.flatten(1).sum(1).gt(0).to(torch::kInt64), states.clamp(-1, 1)};
}

struct Clones {
  diffusion::NoiseSchedule schedule = diffusion::NoiseSchedule::linear(1000, 1e-4, 0.02);
  CloneProtocol protocol;

  explicit Clones(std::int64_t trunks, std::int64_t clones, std::int64_t stride = 10) {
    protocol.schedule = &schedule;
    for (std::int64_t t = schedule.steps() - 1; t >= 0; t -= stride) protocol.visited.push_back(t);
    protocol.trunks = trunks;
    protocol.clones = clones;
    protocol.classes = 2;
    protocol.trunks_together = 100;
    protocol.shape = {1, 4, 4};
    protocol.sweep_seed = 3;
    protocol.seed = 1;
  }
  DrawnClones draw(const diffusion::Denoiser& denoiser) const {
    return draw_clones(protocol, denoiser, sign_of, torch::kCPU, {});
  }
};

double error_of(const IntervalEstimate& found) {
  return (found.interval.high - found.interval.low) / (2 * observables::kZ95);
}

TEST(ClonesOfTwoPoints, HaveTheEntropiesAndPartWhereTheTheoryHasIt) {
  Clones made(800, 4);
  made.protocol.branches = {0, 30, 40, 50, 60, 80};
  const auto drawn = made.draw(two_points(made.schedule));
  const CloneClock clock(drawn.ends, RandomStream(1, "resamples"), 200);
  const auto variance = clock.entropy_variance(), entropy = clock.entropy(),
             agreement = clock.agreement();
  EXPECT_NEAR(clock.independent().value, 0.5, 0.02);
  for (std::size_t b = 0; b < variance.size(); ++b) {
    const double eta = kPixels / std::expm1(2 * drawn.ends.time[b]);  // information (81)
    const auto truth = posterior_of_two_points(eta);
    EXPECT_NEAR(variance[b].value, truth.label_entropy_variance,
                kCloneErrors * error_of(variance[b]) + 1e-3)
        << "t = " << drawn.ends.time[b];
    // The steps of the path take off some percent.
    EXPECT_NEAR(entropy[b].value, truth.label_entropy,
                kCloneErrors * error_of(entropy[b]) + 0.03 * truth.label_entropy + 1e-3);
    if (b > 0) {
      EXPECT_NEAR(agreement[b].value, 1 - theory::label_disagreement(std::sqrt(eta)),
                  kCloneErrors * error_of(agreement[b]) + 0.01)
          << "t = " << drawn.ends.time[b];
    }
  }
}

TEST(ClonesOfAGaussian, HaveEntropiesWithoutVariance) {
  Clones made(1000, 3, 20);
  made.protocol.branches = {0, 10, 20, 30, 40};
  const auto drawn = made.draw(gaussian(made.schedule, 0.25));
  const CloneClock clock(drawn.ends, RandomStream(1, "resamples"), 200);
  const auto variance = clock.entropy_variance();
  for (std::size_t b = 0; b < variance.size(); ++b) {
    EXPECT_NEAR(variance[b].value, 0, kCloneErrors * error_of(variance[b]));
    EXPECT_GT(clock.clone_variance()[b], 1);  // which is what an uncorrected variance would show
  }
}

TEST(ClonesOfAGaussian, KnowOfTheImageWhatTheTheoryHas) {
  Clones made(300, 3);
  made.protocol.branches = {0, 50, 80, 95};
  const auto drawn = made.draw(gaussian(made.schedule, 1));
  const CloneClock clock(drawn.ends, RandomStream(1, "resamples"), 200);
  const auto known = clock.information();
  // I(x_0; x_t) = d log(1 + gamma) / 2.
  const auto exact = [&](std::size_t b) {
    return -0.5 * kPixels * std::log(-std::expm1(-2 * drawn.ends.time[b]));
  };
  // A hundred steps leave out some percent of the spread of images that are still open.
  const double missing[] = {0, 0.12, 0.07, 0.04};
  for (std::size_t b = 1; b < known.size(); ++b) {
    const double truth = exact(b) - exact(0), error = kCloneErrors * error_of(known[b]);
    EXPECT_LT(known[b].value, truth + error) << "t = " << drawn.ends.time[b];
    EXPECT_GT(known[b].value, (1 - missing[b]) * truth - error) << "t = " << drawn.ends.time[b];
  }
}

TEST(Clones, DoNotDependOnGroupsNorOnEachOther) {
  Clones made(7, 3, 100);
  made.protocol.branches = {0, 3, 8};
  made.protocol.trunks_together = 7;
  const auto denoiser = two_points(made.schedule);
  const auto all = made.draw(denoiser).ends;
  Clones other(7, 2, 100);
  other.protocol.branches = {3, 8, 9};
  other.protocol.trunks_together = 2;
  const auto some = other.draw(denoiser).ends;
  for (std::int64_t b = 0; b < 2; ++b)
    for (std::int64_t m = 0; m < 7; ++m)
      for (std::int64_t r = 0; r < 2; ++r)
        EXPECT_NEAR(some.entropies_of(b, m)[unsigned_size(r)],
                    all.entropies_of(b + 1, m)[unsigned_size(r)], 1e-5);
}

TEST(Clones, AreThoseOfTheObviousLoop) {
  Clones made(3, 2, 100);  // 10 steps
  made.protocol.branches = {0, 4};
  made.protocol.trunks_together = 2;
  made.protocol.shown = {4};
  made.protocol.kept_trunks = {0, 2};
  made.protocol.kept_clones = {1};
  const auto denoiser = two_points(made.schedule);
  const auto drawn = made.draw(denoiser);
  ASSERT_EQ(drawn.kept.sizes(), (std::vector<std::int64_t>{1, 2, 1, 1, 4, 4}));
  const auto path = diffusion::SamplingPath::ddim(made.schedule, 1, made.protocol.visited);
  const RandomStream start(3, "start of trunks", {std::int64_t{1}}),
      noise(3, "noise of trunks", {std::int64_t{1}});
  for (std::int64_t m = 0; m < 3; ++m)
    for (std::int64_t clone = 0; clone < 2; ++clone) {
      const RandomStream own(3, "noise of clones", {std::int64_t{1}, std::int64_t{4}, clone});
      const auto normals = [&](const RandomStream& stream, std::int64_t step) {
        return diffusion::trajectory_normals(stream, m, {1, 1, 1, 4, 4}, step);
      };
      auto z = normals(start, 0), left = z;
      std::int64_t taken = 0;
      for (const auto& step : path.steps()) {
        if (taken == 4) left = z;
        const auto eps = denoiser(z, {torch::full({1}, step.from, torch::kInt64), {}}).noise;
        z = z * step.on_state + eps * step.on_noise;
        if (step.deviation > 0)
          z = z + step.deviation * normals(taken >= 4 ? own : noise, step.from);
        ++taken;
      }
      // States between, step by step from the posterior of the forward process.
      const RandomStream between(3, "noise between clones and their ends",
                                 {std::int64_t{1}, std::int64_t{4}, clone});
      std::vector<Tensor> clean;
      std::vector<double> gammas;
      auto x = left;
      for (std::size_t k = 4; k < path.steps().size(); ++k) {
        const auto& step = path.steps()[k];
        const double signal = made.schedule.alpha_bar(step.from);
        const auto eps = denoiser(x, {torch::full({1}, step.from, torch::kInt64), {}}).noise;
        clean.push_back((x - std::sqrt(1 - signal) * eps) / std::sqrt(signal));
        gammas.push_back(signal / (1 - signal));
        if (step.to < 0) break;
        const double next = made.schedule.alpha_bar(step.to), beta = 1 - signal / next;
        const auto mean = z * (std::sqrt(next) * beta / (1 - signal)) +
                          x * (std::sqrt(signal / next) * (1 - next) / (1 - signal));
        x = mean + std::sqrt(beta * (1 - next) / (1 - signal)) * normals(between, step.from);
      }
      double entropy = 0;
      const auto error = [&](std::size_t k) {
        return gammas[k] * (clean[k] - z).square().sum().item<double>();
      };
      for (std::size_t k = 0; k + 1 < clean.size(); ++k)
        entropy += 0.5 * std::log(gammas[k + 1] / gammas[k]) * 0.5 * (error(k) + error(k + 1));
      EXPECT_NEAR(drawn.ends.entropies_of(1, m)[unsigned_size(clone)], entropy,
                  1e-4 * (1 + entropy));
      EXPECT_EQ(drawn.ends.labels_of(1, m)[unsigned_size(clone)],
                z.sum().item<float>() > 0 ? 1 : 0);
      if (clone == 1 && m != 1) {
        EXPECT_LT((drawn.kept[0][m / 2][0].flatten() - (z.clamp(-1, 1) + 1).flatten() / 2)
                      .abs()
                      .max()
                      .item<double>(),
                  1e-6);
      }
    }
}

TEST(DenoisingLoss, HasTheClassEntropyOfTwoPoints) {
  const auto schedule = diffusion::NoiseSchedule::linear(1000, 1e-4, 0.02);
  // Told its class a denoiser knows the image.
  const diffusion::Denoiser denoiser = [&](const Tensor& z, const diffusion::Conditions& told) {
    if (!told.rows.label.defined()) return two_points(schedule)(z, told);
    const double signal = schedule.alpha_bar(told.step[0].item<std::int64_t>());
    const auto clean = (told.rows.label * 2 - 1).to(torch::kFloat32).view({-1, 1, 1, 1, 1});
    return diffusion::Prediction{(z - std::sqrt(signal) * clean) / std::sqrt(1 - signal)};
  };
  constexpr std::int64_t kImages = 600;
  LossImages images;
  images.labels = torch::arange(kImages).remainder(2);
  images.pixels =
      (images.labels * 2 - 1).to(torch::kFloat32).view({-1, 1, 1, 1}).repeat({1, 1, 4, 4});
  for (std::int64_t k = 0; k < kImages; ++k) images.numbers.push_back(k);
  LossProtocol protocol;
  protocol.schedule = &schedule;
  for (std::int64_t t = 40; t < 1000; t += 40) protocol.steps.push_back(t);
  protocol.group = 300;
  protocol.classes = 2;
  const auto measured = measure_loss(protocol, images, denoiser, torch::kCPU, {});
  const NoiseLevels levels(schedule, protocol.steps);
  const LossClock clock(levels, measured, 2, RandomStream(1, "resamples"), 200);
  const auto entropy = clock.class_entropies(), by_loss = clock.loss_class_entropy(),
             variance = clock.class_variance(), rate = clock.class_information_rate(),
             own = clock.own_information_rate();
  const auto entropy_at = [&](std::size_t k) {
    return posterior_of_two_points(kPixels * std::exp(levels.log_snr[k])).label_entropy;
  };
  for (std::size_t k = 0; k < entropy.size(); ++k) {
    const double eta = kPixels * std::exp(levels.log_snr[k]);
    const auto truth = posterior_of_two_points(eta);
    // That of the path so far is that of x_t alone; and the first step of the path has seen x_t
    // for the first time.
    if (k + 1 < entropy.size()) {
      EXPECT_NEAR(entropy[k].value, truth.label_entropy, kCloneErrors * error_of(entropy[k]) + 2e-3)
          << "t = " << levels.time[k];
      EXPECT_NEAR(variance[k].value, truth.label_entropy_variance,
                  kCloneErrors * error_of(variance[k]) + 1e-3);
      // dI/dlog gamma = eta var(k|x_t) / 2; 0.01 for rare images that are not decided yet.
      EXPECT_NEAR(own[k].value, 0.5 * eta * truth.posterior_variance,
                  kCloneErrors * error_of(own[k]) + 0.01);
    }
    // The same by differences of the entropy, which these steps are too far apart to follow.
    if (k >= 2 && k + 3 < entropy.size()) {
      EXPECT_NEAR(
          rate[k].value,
          (entropy_at(k - 2) - entropy_at(k + 2)) / (levels.log_snr[k + 2] - levels.log_snr[k - 2]),
          kCloneErrors * error_of(rate[k]) + 2e-3);
    }
    EXPECT_NEAR(by_loss[k].value, truth.label_entropy, kCloneErrors * error_of(by_loss[k]) + 2e-3);
  }
  // information A.2: at eta = d gamma = 1.345.
  EXPECT_NEAR(clock.class_variance_peak().value, 0.5 * std::log1p(kPixels / 1.34547767), 0.05);
  const auto information = clock.class_information();
  EXPECT_NEAR(information.value, std::log(2.0), kCloneErrors * error_of(information) + 2e-3);
  // Other groups, other neighbours: the same errors to rounding.
  protocol.group = 7;
  const auto again = measure_loss(protocol, images, denoiser, torch::kCPU, {});
  for (std::size_t k = 0; k < measured.size(); k += 997)
    EXPECT_NEAR(again[k], measured[k], 1e-4 * (1 + measured[k]));
}

}  // namespace
}  // namespace syncgap::experiments
