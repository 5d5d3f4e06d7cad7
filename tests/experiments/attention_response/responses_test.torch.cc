#include "experiments/attention_response/responses.h"

#include <cmath>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "core/grid.h"
#include "diffusion/sampling_path.h"
#include "experiments/attention_response/declaration.h"
#include "experiments/shared/small_transformer.h"
#include "networks/dit.h"

namespace syncgap::experiments {
namespace {

using torch::Tensor;

struct RespondingUnit : SmallUnit<AttentionResponseOptions> {
  std::unique_ptr<AttentionResponsePlan> response_plan;
  StartModes modes;

  explicit RespondingUnit(std::int64_t group = 4, double spread = 0.5) {
    options.replicas.group = group;
    options.replicas.start_spread = spread;
    options.replicas.pairs = 8;
    options.trajectories = 5;
    options.whole_states = 3;
    options.modes.count = 4;
    options.modes.pairs = 6;
    options.blocks_of_pairs = 4;
    prepare(attention_response_axes(options));
    response_plan = std::make_unique<AttentionResponsePlan>(options, *grid);
    modes = start_modes(*plan, options.modes, denoiser(), *noise, kNoClass);
  }

  TappedDenoiser denoiser() const {
    return [this](const networks::LayerTap& tap) { return model.tapped(tap); };
  }
  networks::DiTImpl& network() const { return *model.network->transformer(); }
  ResponseData respond(ResponseState at) const {
    return compute_responses(*response_plan, at, denoiser(), network(), modes, *noise, kNoClass,
                             {});
  }
  PairData pairs() const {
    return follow_pairs(*response_plan, denoiser(), network(), modes, *noise, kNoClass, {});
  }
  std::int64_t depth() const { return plan->shape().depth; }
};

TEST(StartModes, AreOrthonormalAndBandsHoldTheirFrequenciesAlone) {
  const RespondingUnit unit;
  for (const Tensor& r : unit.modes.directions) {
    const auto rows = r.transpose(0, 1).flatten(1).to(torch::kFloat64);  // (K + F, N D)
    const auto modes = rows.narrow(0, 0, 4);
    EXPECT_LT((modes.matmul(modes.t()) - torch::eye(4, torch::kFloat64)).abs().max().item<double>(),
              1e-5);
    const auto bands = rows.narrow(0, 4, 4);
    EXPECT_LT((bands.matmul(bands.t()) - torch::eye(4, torch::kFloat64)).abs().max().item<double>(),
              1e-5);
    const auto mean = r.select(1, 4);  // band 0: the same for all tokens
    EXPECT_LT((mean - mean.mean(0, true)).abs().max().item<double>(), 1e-6);
  }
  for (const auto& variances : unit.modes.variances)
    for (std::size_t k = 1; k < variances.size(); ++k) EXPECT_GE(variances[k - 1], variances[k]);
}

TEST(Responses, AreThoseOfTheWholeBlockAtEachState) {
  const RespondingUnit unit;
  const auto seen = unit.respond(ResponseState::symmetric);
  // The obvious way: one trajectory by itself, and every direction through the whole block.
  const torch::NoGradGuard no_grad;
  constexpr std::int64_t kState = 2, kModes = 4, kAll = 8;
  const auto path = diffusion::SamplingPath::ddim(unit.plan->schedule(), 0, unit.plan->visited());
  auto z = unit.noise->start({kState, 1}, 0).narrow(1, 0, 1);
  for (std::int64_t s = 0; s < 10; ++s) {
    const auto& step = path.steps()[static_cast<std::size_t>(s)];
    std::vector<Tensor> tokens;
    const auto t = torch::full({1}, step.from, torch::kInt64);
    const auto eps = unit.model.tapped(
        [&](std::int64_t, const Tensor& at) { tokens.push_back(at.select(1, 0)); })(z, {t, {}});
    const auto condition = unit.network().condition({t, {}, {}}, 1);
    for (std::int64_t block = 0; block < unit.depth(); ++block) {
      const auto& r = unit.modes.directions[static_cast<std::size_t>(block)];
      const auto at =
          unit.network().response(block, tokens[static_cast<std::size_t>(block)], condition);
      for (const double g : {0.0, 0.3, 1.0}) {
        const double rho = (1 - g) / (1 + g);
        const auto passed = at.propagate(r.unsqueeze(0), torch::full({kAll}, rho));
        for (std::int64_t k = 0; k < kModes; ++k) {
          const double whole = (passed[0].select(1, k) * r.select(1, k)).sum().item<double>();
          const auto i =
              static_cast<std::size_t>(((kState * 10 + s) * unit.depth() + block) * kAll + k);
          const auto j =
              static_cast<std::size_t>(((kState * 10 + s) * unit.depth() + block) * kModes + k);
          const double parts = 1 + seen.perceptron[i] + seen.query[i] + seen.cross_query[j] +
                               rho * (seen.routing[i] + seen.key[i] + seen.cross_partner[j]);
          EXPECT_NEAR(parts, whole, 2e-5) << s << " " << block << " " << k << " " << g;
        }
      }
    }
    z = z * step.on_state + eps.noise * step.on_noise;
  }
}

TEST(Responses, PropagatedDifferencesAreThoseOfPairsThatDifferLittle) {
  // Pairs about the same symmetric states, so near that what is not linear is below rounding.
  constexpr double kSpread = 2e-3;
  const RespondingUnit unit(8, kSpread);
  const auto seen = unit.respond(ResponseState::symmetric);
  const auto pairs = unit.pairs();
  const std::int64_t depth = unit.depth();
  for (std::int64_t g = 0; g < 3; ++g)
    for (std::int64_t state = 0; state < 3; ++state)
      for (const std::int64_t s : {0, 4, 9})
        for (std::int64_t block = 0; block < depth; ++block) {
          double linear = 0, real = 0;
          for (std::int64_t k = 0; k < 4; ++k) {
            const std::int64_t at = (g * 10 + s) * depth + block;
            const double a = pairs.components[static_cast<std::size_t>((at * 4 + k) * 8 + state)];
            real += a * a;
            linear += seen.propagated[static_cast<std::size_t>(
                (((g * 3 + state) * 10 + s) * depth + block) * 4 + k)];
          }
          // Images differ by 2 spread delta, hidden states by that over sqrt 2.
          EXPECT_NEAR(std::sqrt(real * 2 / linear), 1, 0.02)
              << g << " " << state << " " << s << " " << block;
        }
}

TEST(Responses, RealPairsThatDifferLittleObeyTheLinearBlock) {
  const RespondingUnit near(8, 0.02), far(8, 1.0);
  const auto share = [](const PairData& seen) {
    double beyond = 0, all = 0;
    for (std::size_t k = 0; k < seen.changed.size(); ++k) {
      beyond += seen.beyond_linear[k];
      all += seen.changed[k];
    }
    return beyond / all;
  };
  EXPECT_LT(share(near.pairs()), 1e-4);
  EXPECT_GT(share(far.pairs()), 10 * share(near.pairs()));
}

TEST(Responses, SizeOfAGroupDoesNotMatterBeyondRounding) {
  const auto some = RespondingUnit(2).respond(ResponseState::mean);
  const auto all = RespondingUnit(8).respond(ResponseState::mean);
  ASSERT_EQ(some.routing.size(), all.routing.size());
  for (std::size_t k = 0; k < all.routing.size(); ++k) {
    EXPECT_NEAR(some.routing[k], all.routing[k], 1e-5);
    EXPECT_NEAR(some.perceptron[k], all.perceptron[k], 1e-5);
  }
  EXPECT_TRUE(all.cross_query.empty());
}

}  // namespace
}  // namespace syncgap::experiments
