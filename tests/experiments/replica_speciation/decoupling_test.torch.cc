#include "experiments/replica_speciation/decoupling.h"

#include <cmath>
#include <functional>
#include <torch/nn/functional/normalization.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/grid.h"
#include "diffusion/step_table.h"
#include "experiments/shared/pair_comparison.h"
#include "experiments/shared/small_transformer.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;

struct DecoupledUnit : SmallUnit<ReplicaSpeciationOptions> {
  parallel::Team team;

  explicit DecoupledUnit(double spread = 0.5) {
    options.replicas.start_spread = spread;
    options.judge.pooled_side = 2;
    prepare(replica_speciation_axes(options));
  }

  /// A judge that takes the images themselves for features.
  Look look() const {
    return [this](const Tensor& states) {
      const auto scales = split_scales(states, options.judge);
      return ImageViews{states, torch::nn::functional::normalize(states.flatten(1)),
                        states.flatten(1).sum(1).gt(0).to(torch::kInt64), scales};
    };
  }
  DecoupledPairs pairs(const Coupling& coupling) const {
    return {options, *plan, model.denoiser(), *noise, coupling, look(), team};
  }
};

/// One pair let go at t_int, from its own start, step by step: the obvious protocol.
Tensor naive_end(const DecoupledUnit& unit, const Coupling& coupling, std::int64_t t_int,
                 std::int64_t first, std::int64_t count,
                 const std::function<Tensor(std::int64_t)>& strength_at = {}) {
  const torch::NoGradGuard no_grad;
  const auto path = diffusion::SamplingPath::ddim(unit.plan->schedule(), 1, unit.plan->visited());
  const parallel::Dealt::Group group{first, count};
  auto z = unit.noise->start(group, unit.options.replicas.start_spread);
  const auto strengths = [&](std::int64_t s) {
    return strength_at ? strength_at(s) : torch::full({count}, coupling.strength);
  };
  std::int64_t n = 0;
  for (const auto& step : path.steps()) {
    const bool coupled = n++ < t_int;
    diffusion::RowConditions told;
    if (coupled) told.coupling = strengths(n - 1);
    const auto eps =
        unit.model.network->predict(z, {torch::full({count}, step.from, torch::kInt64), told})
            .noise;
    z = z * step.on_state + eps * step.on_noise;
    if (step.deviation > 0)
      z = z + step.deviation *
                  (coupled ? unit.noise->coupled(group, step.from, coupling.noise_correlation)
                           : unit.noise->let_go(group, t_int, step.from));
  }
  return z;
}

TEST(DecoupledPairs, AreThoseOfTheNaiveProtocolBitForBit) {
  const DecoupledUnit unit;
  for (const double correlation : {0.0, 0.4, 1.0}) {
    const Coupling coupling{0.7, correlation, kNoClass};
    auto pairs = unit.pairs(coupling);
    for (const std::int64_t t : {0, 3, 9, 10}) {
      const auto images = pairs.images(t, {0, 1, 2, 3, 4, 5});
      const auto expected =
          torch::cat({naive_end(unit, coupling, t, 0, 4), naive_end(unit, coupling, t, 4, 2)});
      EXPECT_TRUE(torch::equal(images, expected.add(1).div(2))) << "t_int " << t;
    }
  }
}

TEST(DecoupledPairs, AreCoupledInTheBlocksHeadsAndStepsThatAreReachedAlone) {
  const DecoupledUnit unit;  // 3 blocks of 2 heads, 10 steps
  const auto images_of = [&](const CouplingReach& reach, std::int64_t t) {
    return unit.pairs({0.7, 0, kNoClass, reach}).images(t, {0, 1, 2, 3});
  };
  CouplingReach reach{{0, 1, 1}, {1, 0}, std::vector<double>(10, 0.0)};
  reach.steps[3] = reach.steps[4] = 1;
  reach.steps[5] = 0.5;
  const auto strength_at = [&](std::int64_t s) {
    auto g = torch::zeros({4, 3, 2});
    g.slice(1, 1).select(2, 0).fill_(0.7 * reach.steps[static_cast<std::size_t>(s)]);
    return g;
  };
  for (const std::int64_t t : {2, 5, 10})
    EXPECT_TRUE(
        torch::equal(images_of(reach, t),
                     naive_end(unit, {0.7, 0, kNoClass}, t, 0, 4, strength_at).add(1).div(2)))
        << "t_int " << t;
  // Where nothing is reached, pairs have the bits of never being coupled; where all is, of always.
  EXPECT_TRUE(torch::equal(images_of({{0, 0, 0}, {}, {}}, 10),
                           unit.pairs({0, 0, kNoClass}).images(10, {0, 1, 2, 3})));
  reach.steps.assign(10, 0.0);
  EXPECT_TRUE(
      torch::equal(images_of(reach, 10), unit.pairs({0, 0, kNoClass}).images(10, {0, 1, 2, 3})));
  EXPECT_TRUE(torch::equal(images_of({{1, 1, 1}, {1, 1}, std::vector<double>(10, 1.0)}, 10),
                           unit.pairs({0.7, 0, kNoClass}).images(10, {0, 1, 2, 3})));
}

TEST(DecoupledPairs, DoNotDependOnWhichOthersAreAskedFor) {
  const DecoupledUnit unit;
  const Coupling coupling{0.5, 0, kNoClass};
  auto few = unit.pairs(coupling), many = unit.pairs(coupling);
  const auto alone = few.compare({4});
  const auto all = many.compare({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  EXPECT_EQ(alone[0][0].cosine, all[4][0].cosine);
  EXPECT_EQ(alone[0][0].distances[1], all[4][0].distances[1]);
  EXPECT_NE(all[3][0].cosine, all[4][0].cosine);
}

TEST(DecoupledPairs, ThatWereNeverCoupledAreTheSameAtEveryCoupling) {
  const DecoupledUnit unit;
  auto weak = unit.pairs({0, 0, kNoClass}), strong = unit.pairs({1, 1, kNoClass});
  const auto a = weak.compare({0, 6}), b = strong.compare({0, 6});
  EXPECT_EQ(a[0][0].cosine, b[0][0].cosine);
  EXPECT_EQ(a[0][0].distances[0], b[0][0].distances[0]);
  EXPECT_NE(a[1][0].cosine, b[1][0].cosine);
}

TEST(DecoupledPairs, StayEqualWhereStartAndNoiseAreAndLeaveWhenLetGo) {
  const DecoupledUnit unit(0);
  auto pairs = unit.pairs({0.3, 1, kNoClass});
  const auto seen = pairs.compare({0, 5, 10});
  for (const double distance : seen[2][0].distances[1]) EXPECT_EQ(distance, 0);
  for (const double cosine : seen[2][0].cosine) EXPECT_NEAR(cosine, 1, 1e-6);
  for (const double distance : seen[1][0].distances[1]) EXPECT_GT(distance, 0);
}

TEST(DecoupledPairs, IndependentImagesAreThoseOfOtherPairs) {
  const DecoupledUnit unit;
  auto pairs = unit.pairs({0.3, 0, kNoClass});
  pairs.compare({0});
  const IndependentImages& images = pairs.independent();
  const Independent across = images.across_pairs();
  const std::int64_t m = 6;
  double cosine = 0, fine = 0, label = 0;
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t j = 0; j < m; ++j) {
      if (i == j) continue;
      const double pairs_of = static_cast<double>(m * (m - 1));
      cosine += images.features[i][0].dot(images.features[j][1]).item<double>() / pairs_of;
      fine += (images.scales[1][i][0] - images.scales[1][j][1]).square().sum().item<double>() /
              pairs_of;
      label += images.labels[i][0].equal(images.labels[j][1]) ? 1 / pairs_of : 0;
    }
  EXPECT_NEAR(across.cosine.value, cosine, 1e-6);
  EXPECT_NEAR(across.distances[1].value / fine, 1, 1e-5);
  EXPECT_NEAR(across.label.value, label, 1e-12);
  EXPECT_GT(across.cosine.standard_error, 0);
}

/// A network that says c R x of replicas x, R what one average over the graph leaves of them: its
/// modes go on by themselves.
diffusion::Denoiser linear_denoiser(double c) {
  return [c](const Tensor& states, const diffusion::Conditions& told) {
    auto seen = states;
    if (told.rows.coupling.defined()) {
      const double g = told.rows.coupling[0].item<double>();
      const auto weights = told.rows.graph * g;
      const auto average = (torch::eye(weights.size(0)) + weights) / (1 + weights.sum(1, true));
      seen = torch::einsum("ij,bj...->bi...", {average, states});
    }
    return diffusion::Prediction{c * seen};
  };
}

TEST(DecoupledPairs, OfALinearNetworkHaveModesThatDecayByThemselves) {
  DecoupledUnit unit;
  unit.options.eta = 0;  // no noise: amplitudes are the start's, times factors that are known
  const double g = 0.8, c = 0.9;
  const auto path = unit.options.path(*unit.plan);
  for (const auto& [graph, replicas] :
       {std::pair{theory::CouplingGraph::complete, 3}, std::pair{theory::CouplingGraph::ring, 4},
        std::pair{theory::CouplingGraph::star, 4}}) {
    const auto scale = theory::GraphScale::spectral;
    const auto modes = theory::difference_modes(graph, replicas, scale, g);
    const auto weights = theory::replica_weights(graph, replicas, scale);
    const ReplicaNoise noise(7, 1, unit.plan->state_shape(1, replicas), torch::kCPU);
    const auto start = noise.start({0, 6}, unit.options.replicas.start_spread);
    DecoupledPairs pairs(unit.options, *unit.plan, linear_denoiser(c), noise,
                         {g, 0, kNoClass, {{}, {}, {}, weights}, replicas, modes}, unit.look(),
                         unit.team);
    const std::vector<std::int64_t> times{0, 4, 10};
    const auto seen = pairs.compare(times);
    for (std::size_t k = 0; k < times.size(); ++k) {
      ASSERT_EQ(seen[k].size(), modes.size() > 1 ? 1 + modes.size() : 1);
      double mean = 0;
      for (std::size_t mode = 0; mode < modes.size(); ++mode) {
        double factor = 1;
        std::int64_t n = 0;
        for (const auto& step : path.steps())
          factor *=
              step.on_state + step.on_noise * c * (n++ < times[k] ? modes[mode].carried : 1.0);
        double energy = 0;
        for (const auto& l : modes[mode].amplitudes) {
          const auto weight = torch::tensor(l, torch::kFloat64);
          const auto scales =
              split_scales(torch::einsum("p,bpcij->bcij", {weight, start.to(torch::kFloat64)}),
                           unit.options.judge);
          energy += scales.fine[2].square().sum().item<double>() * factor * factor;
        }
        const auto& of_mode = seen[k][modes.size() > 1 ? 1 + mode : 0];
        const double alike = static_cast<double>(modes[mode].amplitudes.size());
        EXPECT_NEAR(of_mode.distances[1][2] / (2 * energy / alike), 1, 1e-4);
        mean += of_mode.distances[1][2] * alike / (replicas - 1);
      }
      if (graph == theory::CouplingGraph::star) continue;
      // Modes of a regular graph are orthogonal: every two replicas are as far apart as they say.
      EXPECT_NEAR(seen[k][0].distances[1][2] / mean, 1, 1e-6);
    }
  }
}

TEST(CompareModes, OfAPairOrACompleteGraphAreThePairs) {
  const DecoupledUnit unit;
  for (const std::int64_t replicas : {2, 4}) {
    const auto images = torch::sin(torch::arange(3 * replicas * 64).view({-1, 1, 8, 8}) * 0.37);
    const auto views = unit.look()(images);
    const auto modes = theory::difference_modes(theory::CouplingGraph::complete, replicas,
                                                theory::GraphScale::spectral, 0.4);
    ASSERT_EQ(modes.size(), 1U);
    const auto by_pairs = compare_pairs(views, replicas),
               by_modes = compare_modes(views, modes[0].amplitudes);
    for (std::size_t k = 0; k < kAgreementCount; ++k) {
      EXPECT_EQ(by_pairs[k].sizes(), (torch::IntArrayRef{3}));
      EXPECT_TRUE(torch::allclose(by_pairs[k], by_modes[k], 1e-5, 1e-6)) << k;
    }
  }
}

TEST(SplitScales, WithNearestUpsamplingAddUpToTheWhole) {
  JudgeOptions options;
  options.pooled_side = 4;
  const auto images = torch::sin(torch::arange(3 * 64).view({3, 1, 8, 8}) * 0.9);
  const auto scales = split_scales(images, options);
  EXPECT_EQ(scales.coarse.sizes(), (torch::IntArrayRef{3, 1, 4, 4}));
  const auto squares = [](const Tensor& x) { return x.square().sum().item<double>(); };
  EXPECT_NEAR(4 * squares(scales.coarse) + squares(scales.fine), squares(images), 1e-4);
  EXPECT_LT(at::adaptive_avg_pool2d(scales.fine, {4, 4}).abs().max().item<double>(), 1e-6);
  options.upsampling = Upsampling::bilinear;
  EXPECT_GT(at::adaptive_avg_pool2d(split_scales(images, options).fine, {4, 4})
                .abs()
                .max()
                .item<double>(),
            1e-3);
}

TEST(ReplicaNoise, OfMoreReplicasHasThoseOfAPairBetweenEveryTwo) {
  const ReplicaNoise noise(1, 2, {1, 4, 1, 32, 32}, torch::kCPU);
  const parallel::Dealt::Group rows{0, 64};
  const double error = 4 / std::sqrt(64 * 1024.0);
  const auto expect_correlation = [&](const Tensor& z, double expected) {
    for (std::int64_t a = 0; a < 4; ++a)
      for (std::int64_t b = 0; b < 4; ++b)
        EXPECT_NEAR((z.select(1, a) * z.select(1, b)).mean().item<double>(), a == b ? 1 : expected,
                    error);
  };
  for (const double spread : {0.0, 0.5, 1.4})
    expect_correlation(noise.start(rows, spread), (1 - spread * spread) / (1 + spread * spread));
  for (const double asked : {-1.0 / 3, 0.0, 0.6, 1.0})
    expect_correlation(noise.coupled(rows, 5, asked), asked);
}

TEST(ReplicaNoise, HasTheCorrelationsAsked) {
  const ReplicaNoise noise(1, 2, {1, 2, 1, 32, 32}, torch::kCPU);
  const parallel::Dealt::Group pairs{0, 64};
  const auto correlation = [](const Tensor& z) {
    return (z.select(1, 0) * z.select(1, 1)).mean().item<double>();
  };
  const double error = 4 / std::sqrt(64 * 1024.0);
  for (const double spread : {0.0, 0.5, 2.0}) {
    const auto z = noise.start(pairs, spread);
    EXPECT_NEAR(z.square().mean().item<double>(), 1, error);
    EXPECT_NEAR(correlation(z), (1 - spread * spread) / (1 + spread * spread), error);
  }
  for (const double asked : {-1.0, 0.0, 0.6, 1.0}) {
    const auto xi = noise.coupled(pairs, 5, asked);
    EXPECT_NEAR(xi.square().mean().item<double>(), 1, error);
    EXPECT_NEAR(correlation(xi), asked, error);
  }
  const auto shared = noise.coupled(pairs, 5, 1);
  EXPECT_TRUE(torch::equal(shared.select(1, 0), shared.select(1, 1)));
  EXPECT_FALSE(torch::equal(noise.let_go(pairs, 3, 5), noise.let_go(pairs, 4, 5)));
}

}  // namespace
}  // namespace syncgap::experiments
