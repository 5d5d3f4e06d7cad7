#include "networks/block_response.h"

#include <cmath>
#include <map>
#include <torch/nn/functional/normalization.h>

#include <gtest/gtest.h>

#include "core/numbers.h"
#include "networks/dit.h"
#include "networks/made_up_numbers.h"
#include "simd_targets.h"

// Shapes: B states, N tokens of D channels, K directions.
namespace syncgap::networks {
namespace {

using torch::Tensor;

constexpr double kExact = 1e-8;

DiTShape shape() {
  return {.image_channels = 1, .side = 12, .patch = 4, .width = 24, .depth = 1, .heads = 3};
}

/// A block of numbers that are far from their start, in double: gates are not small.
DiTBlock made_up_block(double size = 1) {
  const torch::NoGradGuard no_grad;
  DiTBlock block(shape());
  block->to(torch::kFloat64);
  double k = 0;
  for (auto& item : block->named_parameters()) {
    auto& tensor = item.value();
    const auto inputs = static_cast<double>(tensor.numel() / tensor.size(0));
    tensor.copy_(wave(tensor.sizes(), ++k) *
                 (tensor.dim() == 1 ? 0.3 : size * 1.5 / std::sqrt(inputs)));
  }
  return block;
}

class BlockResponseTest : public ::testing::Test {
 protected:
  static constexpr std::int64_t kStates = 3, kTokens = 9, kDirections = 5, kWidth = 24;

  BlockResponse response(const Tensor& tokens) const {
    return {block_->layers(), shape().heads, shape().perceptron_norm_epsilon(), tokens, told_};
  }
  BlockResponse response() const { return response(tokens_); }

  /// The block itself at H +- h / sqrt 2, as (H'^A - H'^B) / sqrt 2 over the size of h, (B, N, D).
  Tensor difference(const Tensor& h, double g, double size) {
    const auto half = h * (size / std::sqrt(2.0));
    CoupledRows coupled;
    if (g > 0) coupled = {torch::full({kStates}, g, kDouble), 0, kStates};
    const auto out =
        block_(Replicas{tokens_ + half, tokens_ - half}, told_.expand({kStates, -1}), coupled);
    return (out[0] - out[1]) / (std::sqrt(2.0) * size);
  }
  /// Its derivative, by differences whose error is of the sixth order in their size.
  Tensor derivative(const Tensor& h, double g) {
    constexpr double kSize = 0.02;
    return (difference(h, g, 3 * kSize) - 6 * difference(h, g, 2 * kSize) +
            15 * difference(h, g, kSize)) /
           10;
  }

  torch::NoGradGuard no_grad_;
  DiTBlock block_ = made_up_block();
  Tensor tokens_ = wave({kStates, kTokens, kWidth}, 0.2) * 1.3;
  Tensor told_ = wave({1, kWidth}, 4.0);
  static Tensor directions(std::int64_t tokens) {  // (N, K, D)
    return torch::nn::functional::normalize(
               wave({tokens, kDirections, kWidth}, 7.0).transpose(0, 1).flatten(1),
               torch::nn::functional::NormalizeFuncOptions().dim(1))
        .view({kDirections, tokens, kWidth})
        .transpose(0, 1)
        .contiguous();
  }
  Tensor r_ = directions(kTokens);
};

double relative_error(const Tensor& a, const Tensor& b) {
  return ((a - b).norm() / b.norm()).item<double>();
}

TEST_F(BlockResponseTest, PropagatorIsTheDerivativeOfTheCoupledBlock) {
  const auto h = wave({kStates, kTokens, kWidth}, 2.0) * 0.1;
  for (const double g : {0.0, 0.3, 1.0}) {
    const auto rho = torch::full({1}, (1 - g) / (1 + g), kDouble);
    const auto exact = response().propagate(h.unsqueeze(2), rho).squeeze(2);
    EXPECT_LT(relative_error(derivative(h, g), exact), kExact) << g;
  }
}

TEST_F(BlockResponseTest, FactorThatIsPrintedWithoutRootTwoIsFarOff) {
  // Notes E2.2: "h + Delta Attn" of (29) has the attention's change sqrt 2 times too large.
  const auto h = (wave({kStates, kTokens, kWidth}, 2.0) * 0.1).unsqueeze(2);
  const auto rho = torch::ones({1}, kDouble);
  auto still = made_up_block();
  still->layers().fc2->weight.zero_();
  const BlockResponse attention(still->layers(), shape().heads, shape().perceptron_norm_epsilon(),
                                tokens_, told_);
  const auto after = attention.propagate(h, rho);
  const auto printed = h + std::sqrt(2.0) * (after - h);
  EXPECT_GT(relative_error(printed, after), 0.05);
}

TEST_F(BlockResponseTest, PropagatorIsLinearAndOdd) {
  const auto one = wave({kStates, kTokens, 1, kWidth}, 2.0);
  const auto two = wave({kStates, kTokens, 1, kWidth}, 3.0);
  const auto rho = torch::full({1}, 0.4, kDouble);
  const auto at = response();
  const auto sum = at.propagate(3 * one - two, rho);
  EXPECT_LT(relative_error(3 * at.propagate(one, rho) - at.propagate(two, rho), sum), 1e-13);
  EXPECT_TRUE(at.propagate(-one, rho).equal(-at.propagate(one, rho)));  // A and B exchanged
  const auto both = at.propagate(torch::cat({one, two}, 2), torch::tensor({0.4, 0.7}, kDouble));
  EXPECT_LT(relative_error(both.narrow(2, 0, 1), at.propagate(one, rho)), 1e-13);
}

TEST_F(BlockResponseTest, GainsAddUpToTheWholeBlock) {
  const auto at = response();
  const auto in = at.directions(r_);
  const auto gains = at.gains(in);
  const auto cross = at.cross_gains(in);
  for (const double rho : {1.0, 0.5, 0.0}) {
    const auto passed =
        at.propagate(r_.expand({kStates, -1, -1, -1}), torch::full({kDirections}, rho, kDouble));
    const auto whole = (passed * r_).sum({1, 3});  // (B, K)
    const auto parts = 1 + gains.perceptron + gains.query + cross.query +
                       rho * (gains.routing + gains.key + cross.partner);
    EXPECT_LT(relative_error(parts, whole), 1e-12) << rho;
  }
  const auto alone = (at.perceptron(r_.expand({kStates, -1, -1, -1})) * r_).sum({1, 3});
  EXPECT_LT(relative_error(gains.perceptron, alone), 1e-12);
  EXPECT_GT(cross.query.abs().min().item<double>(), 1e-6);
}

TEST_F(BlockResponseTest, OfUniformAttentionThereIsNoPatternAndRoutingIsTheMean) {
  // Queries and keys that are the same for all tokens: attention is uniform. dit (92)
  const auto qk = block_->layers().qkv->weight.narrow(0, 0, 2 * kWidth);
  qk.zero_();
  const auto at = response();
  const auto in = at.directions(r_);
  const auto heads = at.heads(in);
  EXPECT_LT((heads.width - kTokens).abs().max().item<double>(), 1e-9);
  EXPECT_LT(heads.expansion.abs().max().item<double>(), 1e-12);
  EXPECT_LT(heads.pattern.abs().max().item<double>(), 1e-12);
  const auto gains = at.gains(in);
  EXPECT_LT(gains.query.abs().max().item<double>(), 1e-12);
  EXPECT_LT(gains.key.abs().max().item<double>(), 1e-12);
  // Where all tokens are alike, what is routed is what the tokens' mean changes: P_0 of dit (85).
  const auto alike = response(tokens_.narrow(1, 0, 1).expand({-1, kTokens, -1}).contiguous());
  const auto mean = r_.mean(0, true).expand({kTokens, -1, -1}).contiguous();
  const auto all = alike.gains(alike.directions(r_)).routing;
  EXPECT_GT(all.abs().min().item<double>(), 1e-4);
  EXPECT_LT(relative_error(alike.gains(alike.directions(mean)).routing, all), 1e-12);
  EXPECT_LT(alike.gains(alike.directions(r_ - mean)).routing.abs().max().item<double>(), 1e-14);
}

TEST_F(BlockResponseTest, BoundHoldsAndIsNoNumberWherePromisesNothing) {
  const auto at = response();
  const auto mean = r_.mean(0, true).expand({kTokens, -1, -1});
  const Tensor smooth = mean + 0.01 * r_, rough = r_ - mean;
  EXPECT_TRUE(at.heads(at.directions(smooth)).bound.isfinite().any().item<bool>());
  EXPECT_TRUE(at.heads(at.directions(rough)).bound.isnan().any().item<bool>());
  for (const Tensor& r : {r_, smooth, rough}) {
    const auto heads = at.heads(at.directions(r));
    const auto ratio = heads.pattern / heads.routing;
    const auto promised = heads.bound.isfinite();
    EXPECT_TRUE((ratio <= heads.bound * (1 + 1e-9)).masked_select(promised).all().item<bool>());
    EXPECT_GE(heads.width.min().item<double>(), 1);
    EXPECT_LE(heads.width.max().item<double>(), kTokens + 1e-9);
  }
}

TEST_F(BlockResponseTest, AttentionToOneTokenIsDefined) {
  const auto qk = block_->layers().qkv->weight.narrow(0, 0, 2 * kWidth);
  qk.mul_(300);  // every row of every head sees one token
  const auto at = response();
  const auto heads = at.heads(at.directions(r_));
  EXPECT_LT(heads.width.median().item<double>(), 1.01);
  EXPECT_TRUE(heads.pattern.isfinite().all().item<bool>());
  EXPECT_TRUE(at.gains(at.directions(r_)).query.isfinite().all().item<bool>());
}

TEST_F(BlockResponseTest, WholeNetworkPassesChangesOnAsItsDerivative) {
  auto sizes = shape();
  sizes.learned_variance = true;
  sizes.depth = 2;
  DiT network(sizes);
  network->to(torch::kFloat64);
  double k = 0;
  for (auto& item : network->named_parameters())
    item.value().copy_(wave(item.value().sizes(), ++k) * 0.25);
  const auto states = wave({kStates, 1, 1, 12, 12}, 1.0),
             changed = wave({kStates, 1, 1, 12, 12}, 5);
  const DiTConditions told{torch::full({kStates}, 300, torch::kInt64), {}, {}};
  const auto noise_at = [&](double size) { return network(states + size * changed, told).noise; };
  std::vector<Tensor> tokens;
  network(states, told,
          [&](std::int64_t, const Tensor& seen) { tokens.push_back(seen.select(1, 0)); });
  const auto condition = network->condition(told, kStates).narrow(0, 0, 1);
  auto changes = network->embedded_changes(changed);
  for (std::int64_t block = 0; block < 2; ++block)
    changes = network->response(block, tokens[unsigned_size(block)], condition)
                  .propagate(changes, torch::ones({1}, kDouble));
  const auto exact = network->predicted_changes(tokens.back(), changes, condition);
  constexpr double h = 1e-3;
  const auto slope =
      (8 * (noise_at(h) - noise_at(-h)) - (noise_at(2 * h) - noise_at(-2 * h))) / (12 * h);
  EXPECT_LT(relative_error(slope, exact), kExact);
}

TEST_F(BlockResponseTest, SinglePrecisionAgreesOnEveryTarget) {
  // Rows of tokens that fill less than a vector, and several vectors and a part of one.
  for (const std::int64_t count : {kTokens, std::int64_t{70}}) {
    const auto tokens = wave({2, count, kWidth}, 0.2) * 1.3, r = directions(count);
    const auto in = response(tokens).directions(r);
    const auto exact = response(tokens).gains(in);
    const auto exact_cross = response(tokens).cross_gains(in);
    for (const auto& target : runnable_simd_targets()) {
      const UseSimdTarget use(target.bit);
      const auto at = response(tokens.to(torch::kFloat32));
      const auto single = at.directions(r.to(torch::kFloat32));
      const auto gains = at.gains(single);
      EXPECT_LT(relative_error(gains.routing, exact.routing), 1e-5) << target.name;
      EXPECT_LT(relative_error(gains.query, exact.query), 1e-4) << target.name;
      EXPECT_LT(relative_error(gains.key, exact.key), 1e-4) << target.name;
      EXPECT_LT(relative_error(gains.perceptron, exact.perceptron), 1e-5) << target.name;
      const auto cross = at.cross_gains(single);
      EXPECT_LT(relative_error(cross.query, exact_cross.query), 1e-4) << target.name;
      EXPECT_LT(relative_error(cross.partner, exact_cross.partner), 1e-4) << target.name;
    }
  }
}

TEST_F(BlockResponseTest, PartOfTheDirectionsHasTheirGains) {
  const auto at = response(tokens_.to(torch::kFloat32));
  const auto in = at.directions(r_.to(torch::kFloat32));
  const auto all = at.gains(in).query.narrow(1, 1, 3);
  EXPECT_LT(relative_error(at.gains(in.part(1, 3)).query, all), 1e-6);
}

}  // namespace
}  // namespace syncgap::networks
