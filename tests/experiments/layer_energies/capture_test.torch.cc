#include "experiments/layer_energies/capture.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "core/grid.h"
#include "diffusion/sampling_path.h"
#include "experiments/layer_energies/declaration.h"
#include "experiments/shared/small_transformer.h"
#include "observables/mode_energy.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;

struct CapturedUnit : SmallUnit<LayerEnergiesOptions> {
  explicit CapturedUnit(std::int64_t group = 6) {
    options.replicas.group = group;
    prepare(layer_energies_axes(options));
  }

  CapturedLayers capture(double g, const CouplingReach& reach = {}) const {
    return capture_layers(options, *plan,
                          [&](const networks::LayerTap& tap) { return model.tapped(tap); }, *noise,
                          {g, kNoClass, reach}, {});
  }
  std::int64_t layers() const { return plan->shape().depth + 1; }

  /// Hidden states (M, 2, N, D) of every step and layer, all of them kept: the obvious way.
  std::vector<std::vector<Tensor>> all_states(double g) const {
    const torch::NoGradGuard no_grad;
    const std::int64_t pairs = options.replicas.pairs;
    const auto path = diffusion::SamplingPath::ddim(plan->schedule(), 0, plan->visited());
    auto z = noise->start({0, pairs}, options.replicas.start_spread);
    std::vector<std::vector<Tensor>> states;
    for (const auto& step : path.steps()) {
      states.emplace_back();
      const auto eps = model.tapped([&](std::int64_t, const Tensor& tokens) {
        states.back().push_back(tokens.to(torch::kFloat64));
      })(z, {torch::full({pairs}, step.from, torch::kInt64), {{}, torch::full({pairs}, g)}});
      z = z * step.on_state + eps.noise * step.on_noise;
    }
    return states;
  }
};

Tensor difference(const Tensor& states) {
  return (states.select(1, 0) - states.select(1, 1)).flatten(1) / std::sqrt(2.0);
}

TEST(CapturedLayers, EnergiesAreThoseOfASingularValueDecompositionOfStoredStates) {
  const CapturedUnit unit;
  for (const double g : {0.0, 0.6}) {
    const auto seen = unit.capture(g);
    const auto states = unit.all_states(g);
    for (std::int64_t layer = 0; layer < unit.layers(); ++layer) {
      const auto start = difference(states[0][layer]);               // (M, N D)
      const auto modes = std::get<2>(at::linalg_svd(start, false));  // rows r_k
      const auto found = observables::DifferenceModes::in_sample(seen.gram(kPlain, layer));
      for (const std::int64_t step : {0, 4, 9}) {
        const auto later = difference(states[step][layer]);
        const auto energies = found.energies(seen.cross_of(kPlain, layer, step)).energies;
        for (std::size_t k = 0; k < energies.size(); ++k) {
          const auto along = [&](const Tensor& v) {
            return v.matmul(modes[static_cast<std::int64_t>(k)]).square().sum().item<double>();
          };
          EXPECT_NEAR(energies[k] / (along(later) / along(start)), 1, 2e-3)
              << "layer " << layer << ", step " << step << ", mode " << k;
        }
        double energy = 0;
        for (const double of_pair : seen.energy_of(kPlain, layer, step)) energy += of_pair;
        EXPECT_NEAR(energy / later.square().sum().item<double>(), 1, 1e-5);
      }
    }
  }
}

TEST(CapturedLayers, NormalisedChannelsAreDividedByTheirSize) {
  const CapturedUnit unit;
  const auto seen = unit.capture(0.3);
  const auto states = unit.all_states(0.3);
  for (const std::int64_t step : {0, 7}) {
    const auto sizes = [&](std::int64_t s) {
      return states[s][2].square().mean(at::IntArrayRef{0, 1, 2}).sqrt();
    };
    const auto scaled = [&](std::int64_t s) {
      return ((states[s][2].select(1, 0) - states[s][2].select(1, 1)) / sizes(s)).flatten(1) /
             std::sqrt(2.0);
    };
    const auto expected = scaled(step).matmul(scaled(0).t());
    const auto found = seen.cross_of(kNormalised, 2, step);
    for (std::int64_t i = 0; i < 6; ++i)
      for (std::int64_t j = 0; j < 6; ++j)
        EXPECT_NEAR(found[i * 6 + j], expected[i][j].item<double>(),
                    1e-4 * expected.abs().max().item<double>());
  }
}

TEST(CapturedLayers, DoNotDependOnGroupsBeyondRounding) {
  const auto whole = CapturedUnit(6).capture(0.5), parts = CapturedUnit(4).capture(0.5);
  const auto a = whole.cross_of(kPlain, 3, 6), b = parts.cross_of(kPlain, 3, 6);
  double largest = 0;
  for (const double value : a) largest = std::max(largest, std::abs(value));
  for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], 1e-4 * largest);
}

TEST(CapturedLayers, BandsAreThoseOfACosineTransformAndMakeUpTheWhole) {
  const CapturedUnit unit;
  const auto seen = unit.capture(0.5);
  for (const std::int64_t step : {0, 5})
    for (std::int64_t pair = 0; pair < 6; ++pair) {
      double sum = 0;
      for (std::int64_t band = 0; band < seen.bands; ++band)
        sum += seen.band_energy_of(1, step, band)[pair];
      EXPECT_NEAR(sum / seen.energy_of(kPlain, 1, step)[pair], 1, 1e-5);
    }
  const auto gram = seen.gram(kPlain, 1);
  for (std::size_t k = 0; k < gram.size(); ++k) {
    double sum = 0;
    for (std::int64_t band = 0; band < seen.bands; ++band) sum += seen.band_gram_of(1, band)[k];
    EXPECT_NEAR(sum, gram[k], 1e-4 * gram[0]);
  }
}

TEST(CapturedLayers, AreThoseOfNoCouplingBeforeItIsReached) {
  const CapturedUnit unit;  // 3 blocks, 10 steps
  const auto none = unit.capture(0), whole = unit.capture(0.8);
  const auto last = unit.capture(0.8, {{0, 0, 1}, {}, {}});
  const auto differs = [&](const CapturedLayers& seen, std::int64_t layer, std::int64_t step) {
    return !std::ranges::equal(seen.energy_of(kPlain, layer, step),
                               none.energy_of(kPlain, layer, step));
  };
  for (std::int64_t layer = 0; layer < 4; ++layer) {
    EXPECT_EQ(differs(last, layer, 0), layer == 3) << layer;
    EXPECT_EQ(differs(whole, layer, 0), layer > 0) << layer;
    EXPECT_TRUE(differs(last, layer, 1)) << "the next step starts from other states";
  }
  CouplingReach late{{}, {}, std::vector<double>(10, 0.0)};
  for (std::size_t s = 6; s < 10; ++s) late.steps[s] = 1;
  const auto later = unit.capture(0.8, late);
  for (std::int64_t step = 0; step < 10; ++step)
    EXPECT_EQ(differs(later, 3, step), step >= 6) << step;
  EXPECT_EQ(unit.capture(0.8, {{1, 1, 1}, {1, 1}, {}}).cross, whole.cross);
}

TEST(CapturedLayers, ReplicasThatStartAlikeStayAlike) {
  const auto seen = CapturedUnit().capture(0.8);
  for (std::int64_t k = 0; k < seen.layers * seen.steps; ++k) {
    EXPECT_EQ(seen.floor[2 * k], 0);
    EXPECT_GT(seen.floor[2 * k + 1], 0);
  }
}

TEST(CapturedLayers, StartInHalfTheMemoryIsNearlyTheSame) {
  CapturedUnit unit;
  const auto single = unit.capture(0.5);
  unit.options.start_storage = StartStorage::bfloat16;
  const auto half = unit.capture(0.5);
  const auto a = single.cross_of(kPlain, 2, 5), b = half.cross_of(kPlain, 2, 5);
  double largest = 0;
  for (const double value : a) largest = std::max(largest, std::abs(value));
  bool different = false;
  for (std::size_t k = 0; k < a.size(); ++k) {
    EXPECT_NEAR(a[k], b[k], 0.01 * largest);
    different = different || a[k] != b[k];
  }
  EXPECT_TRUE(different);
}

}  // namespace
}  // namespace syncgap::experiments
