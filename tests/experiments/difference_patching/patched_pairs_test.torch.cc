#include "experiments/difference_patching/patched_pairs.h"

#include <cmath>
#include <memory>
#include <string>
#include <torch/nn/functional/normalization.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/grid.h"
#include "diffusion/sampling_path.h"
#include "error_text.h"
#include "experiments/difference_patching/declaration.h"
#include "experiments/shared/small_transformer.h"

namespace syncgap::experiments {
namespace {

using ::testing::HasSubstr;
using torch::Tensor;

struct PatchedUnit : SmallUnit<DifferencePatchingOptions> {
  std::unique_ptr<DifferencePatchingPlan> patching;
  StartModes modes;

  explicit PatchedUnit(std::int64_t length = 1, std::int64_t batch = 8) {
    options.replicas.group = 4;
    options.modes = {6, 6, 0};
    options.patch_length = length;
    options.patch_batch = batch;
    auto axes = difference_patching_axes(options);
    for (Axis& axis : axes)
      if (axis.name == "patch_step") axis.values = std::vector<std::int64_t>{2, 9};
    prepare(std::move(axes));
    patching = std::make_unique<DifferencePatchingPlan>(options, *grid);
    modes = start_modes(
        *plan, options.modes, [&](const networks::LayerTap& tap) { return model.tapped(tap); },
        *noise, kNoClass);
  }

  /// Pixels themselves are the features.
  ImageViews look(const Tensor& states) const {
    return {states, torch::nn::functional::normalize(states.flatten(1)),
            states.flatten(1).sum(1).gt(0).to(torch::kInt64), split_scales(states, options.judge)};
  }
  PatchedPairs run(double g = 0.4) const {
    return run_patches(
        *patching,
        [&](const networks::LayerChange& change) {
          return change ? model.changed(change) : model.denoiser();
        },
        modes, *noise, {g, kNoClass}, [&](const Tensor& states) { return look(states); }, {});
  }
  Tensor tokens(std::int64_t rows) const {
    return torch::cos(torch::arange(rows * 2 * 16 * 16) * 0.37).view({rows, 2, 16, 16});
  }
};

TEST(DifferenceParts, BandsAddUpToTheDifferenceAndModesAreProjections) {
  const PatchedUnit unit;
  const DifferenceParts parts(*unit.patching, unit.modes);
  const auto tokens = unit.tokens(3);
  const auto difference = tokens.select(1, 0) - tokens.select(1, 1);
  auto sum = torch::zeros_like(difference);
  for (std::int64_t band = 0; band < 4; ++band) sum += parts.of(2 + band, 0, difference);
  EXPECT_LT((sum - difference).abs().max().item<double>(), 1e-5);
  const auto mean = parts.of(2, 0, difference);  // band 0
  EXPECT_LT((mean - difference.mean(1, true)).abs().max().item<double>(), 1e-6);
  for (const std::int64_t part : {0, 1}) {
    const auto once = parts.of(part, 1, difference);
    EXPECT_LT((parts.of(part, 1, once) - once).abs().max().item<double>(), 1e-5);
  }
  const auto leading = parts.of(0, 1, difference);
  EXPECT_LT(parts.of(1, 1, leading).abs().max().item<double>(), 1e-5);
}

TEST(Patch, CopiesFromAOrLeavesTheMean) {
  const PatchedUnit unit;
  const auto tokens = unit.tokens(2);
  const auto difference = tokens.select(1, 0) - tokens.select(1, 1);
  const auto copied = patched(tokens, difference, PatchKind::copied);
  EXPECT_TRUE(copied.select(1, 0).equal(tokens.select(1, 0)));
  EXPECT_LT((copied.select(1, 1) - tokens.select(1, 0)).abs().max().item<double>(), 1e-6);
  const auto removed = patched(tokens, difference, PatchKind::removed);
  EXPECT_LT((removed.select(1, 0) - tokens.mean(1)).abs().max().item<double>(), 1e-6);
  EXPECT_LT((removed.mean(1) - tokens.mean(1)).abs().max().item<double>(), 1e-6);
}

TEST(PatchedPairs, EndsAreThoseOfTheObviousWay) {
  const PatchedUnit unit(2);
  const auto seen = unit.run();
  // One patch by itself, all pairs in one batch: band 1 copied at layer 2, steps 2 and 3.
  const torch::NoGradGuard no_grad;
  const DifferenceParts parts(*unit.patching, unit.modes);
  const auto path = diffusion::SamplingPath::ddim(unit.plan->schedule(), 0, unit.plan->visited());
  const auto patching = unit.model.changed([&](std::int64_t layer, const Tensor& tokens) {
    if (layer != 2) return Tensor();
    return patched(tokens, parts.of(3, 2, tokens.select(1, 0) - tokens.select(1, 1)),
                   PatchKind::copied);
  });
  const auto plain = unit.model.denoiser();
  auto z = unit.noise->start({0, 6}, 0.5), alone = z;
  for (std::int64_t s = 0; s < 10; ++s) {
    const auto& step = path.steps()[static_cast<std::size_t>(s)];
    const diffusion::Conditions told{torch::full({6}, step.from, torch::kInt64),
                                     {{}, torch::full({6}, 0.4F)}};
    const auto go = [&](const Tensor& x, const diffusion::Denoiser& denoiser) {
      return x * step.on_state + denoiser(x, told).noise * step.on_noise;
    };
    alone = go(alone, plain);
    z = go(z, s == 2 || s == 3 ? patching : plain);
  }
  const auto cosine = [](const Tensor& x) {
    const auto rows = torch::nn::functional::normalize(
        x.flatten(2), torch::nn::functional::NormalizeFuncOptions().dim(2));
    return (rows.select(1, 0) * rows.select(1, 1)).sum(1);
  };
  const auto with = cosine(z), without = cosine(alone);
  // By kind (copied first), layer and part: of 3 layers and 6 parts.
  const std::int64_t place = (0 * 3 + 2) * 6 + 3;
  for (std::int64_t pair = 0; pair < 6; ++pair) {
    const auto k = static_cast<std::size_t>(pair);
    EXPECT_NEAR(seen.unpatched[k], without[pair].item<double>(), 1e-5);
    EXPECT_NEAR(seen.patched[static_cast<std::size_t>(place * 4 * 6) + k],
                with[pair].item<double>(), 1e-5);
    EXPECT_GT(std::abs(with[pair].item<double>() - without[pair].item<double>()), 1e-7);
  }
}

TEST(PatchedPairs, BatchesOfPatchesDoNotMatterBeyondRounding) {
  const auto some = PatchedUnit(3, 5).run(), all = PatchedUnit(3, 64).run();
  ASSERT_EQ(some.patched.size(), all.patched.size());
  for (std::size_t k = 0; k < all.patched.size(); ++k)
    EXPECT_NEAR(some.patched[k], all.patched[k], 1e-3 * (1 + std::abs(all.patched[k])));
}

TEST(PatchedPairs, EnergiesOfBandsAddUp) {
  const PatchedUnit unit;
  const auto seen = unit.run();
  for (std::int64_t pair = 0; pair < 6; ++pair) {
    double bands = 0;
    for (std::int64_t band = 0; band < 4; ++band)
      bands += seen.part[static_cast<std::size_t>((2 + band) * 6 + pair)];
    EXPECT_NEAR(bands / seen.whole[static_cast<std::size_t>(pair)], 1, 1e-5);
  }
}

TEST(DifferencePatchingPlan, SaysWhatDoesNotFit) {
  PatchedUnit unit;
  const auto fault = [&](const char* axis, auto values) {
    auto axes = unit.grid->axes();
    for (Axis& each : axes)
      if (each.name == axis) each.values = values;
    const Grid grid(axes);
    return error_text<InputError>([&] { DifferencePatchingPlan(unit.options, grid); });
  };
  EXPECT_THAT(fault("layer", std::vector<std::int64_t>{3}), HasSubstr("layers from 0 to 2"));
  EXPECT_THAT(fault("patch_step", std::vector<std::int64_t>{10}), HasSubstr("steps from 0 to 9"));
  EXPECT_THROW(patched_part("band 4", 4), InputError);
  EXPECT_THAT(error_text<InputError>([] { patched_part("middle", 4); }),
              HasSubstr("\"band 0\" to \"band 3\""));
}

}  // namespace
}  // namespace syncgap::experiments
