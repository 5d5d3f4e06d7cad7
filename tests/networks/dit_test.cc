#include "networks/dit.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "error_text.h"
#include "networks/blocks_by_rows.h"
#include "networks/dit_embeddings.h"
#include "networks/dit_golden.h"
#include "networks/initialize.h"
#include "networks/made_up_numbers.h"
#include "networks/mixed_precision.h"
#include "networks/weight_file.h"

namespace syncgap::networks {
namespace {

using ::testing::HasSubstr;
using torch::Tensor;

/// The formula of make_dit_golden.py.
void fill_dit(torch::nn::Module& network) {
  const torch::NoGradGuard no_grad;
  std::map<std::string, Tensor> tensors;
  for (auto& item : network.named_parameters()) tensors[item.key()] = item.value();
  double k = 0;
  for (auto& [name, tensor] : tensors) {
    const auto inputs = static_cast<double>(tensor.numel() / tensor.size(0));
    tensor.copy_(wave(tensor.sizes(), k++) * (tensor.dim() == 1 ? 0.1 : 1 / std::sqrt(inputs)));
  }
}

DiTShape labelled() {
  return {.image_channels = 2,
          .side = 8,
          .patch = 2,
          .width = 24,
          .depth = 3,
          .heads = 3,
          .classes = 5,
          .learned_variance = true};
}

DiT filled(const DiTShape& shape, torch::ScalarType type = torch::kFloat32) {
  DiT network(shape);
  network->to(type);
  fill_dit(*network);
  return network;
}

Tensor states_of(const DiTShape& shape, std::int64_t rows, std::int64_t replicas = 2) {
  return wave({rows, replicas, shape.image_channels, shape.side, shape.side}, 0.5);
}

/// Noise and variance in the order of the published output.
Tensor joined(const DiTOutput& out) {
  return out.variance.defined() ? torch::cat({out.noise, out.variance}, 2) : out.noise;
}

DiTOutput single(DiT& network, const Tensor& states, const DiTConditions& conditions) {
  return network(states.to(torch::kFloat32), conditions);
}

void expect_golden_dit(const DiTShape& shape, std::int64_t weights, const Tensor& states,
                       const DiTConditions& conditions, std::int64_t every,
                       const std::vector<double>& outputs,
                       const std::vector<torch::ScalarType>& types = {torch::kFloat64,
                                                                      torch::kFloat32}) {
  const torch::NoGradGuard no_grad;
  for (const auto type : types) {
    DiT network = filled(shape, type);
    EXPECT_EQ(parameter_count(*network), weights);
    EXPECT_EQ(shape.weights(), weights + shape.tokens() * shape.width);
    const auto out = joined(network(states.to(type), conditions)).flatten();
    const auto expected = torch::tensor(outputs, kDouble);
    const auto seen = out.slice(0, 0, out.numel(), every).to(torch::kFloat64);
    ASSERT_EQ(seen.numel(), expected.numel());
    const double error = (seen - expected).abs().max().item<double>();
    EXPECT_LT(error, (type == torch::kFloat64 ? 1e-6 : 1e-5) * expected.abs().max().item<double>());
  }
}

TEST(DiT, AgreesWithAnIndependentImplementation) {
  const auto shape = labelled();
  expect_golden_dit(shape, k_labelled_weights, states_of(shape, 2),
                    {torch::tensor({3, 950}), torch::tensor({3, 5}),
                     torch::tensor({{0.3, 0.0, 1.0}, {0.5, 0.25, 0.0}}, kDouble)},
                    7, k_labelled_outputs);
}

TEST(DiT, ByOtherRulesAgreesWithAnIndependentImplementation) {
  auto shape = labelled();
  shape.step_embedding = shape.perceptron_norm = DiTRules::diffusers;
  expect_golden_dit(
      shape, k_diffusers_weights, states_of(shape, 2),
      {torch::tensor({3, 950}), torch::tensor({0, 4}), torch::tensor({0.4, 0.0}, kDouble)}, 7,
      k_diffusers_outputs);
}

TEST(DiT, OfSingleImagesAgreesWithAnIndependentImplementation) {
  const DiTShape shape{
      .image_channels = 1, .side = 12, .patch = 3, .width = 16, .depth = 2, .heads = 2};
  expect_golden_dit(shape, k_plain_weights, states_of(shape, 2, 1),
                    {torch::tensor({0, 999}), {}, {}}, 2, k_plain_outputs);
}

TEST(DiT, ABlockOfTheLargestSizeAgreesWithAnIndependentImplementation) {
  auto shape = DiTShape::published("XL/2");
  shape.depth = 1;
  shape.classes = 1;
  expect_golden_dit(shape, k_wide_weights, states_of(shape, 1),
                    {torch::tensor({500}), torch::tensor({0}), torch::tensor({0.5}, kDouble)}, 41,
                    k_wide_outputs, {torch::kFloat32});
}

TEST(DiT, TensorsHaveTheirPublishedNamesAndShapes) {
  const auto tensors = tensors_of(*DiT(labelled()));
  EXPECT_EQ(tensors.size(), 12U + 3 * 10U);
  const std::map<std::string, std::vector<std::int64_t>> published{
      {"pos_embed", {1, 16, 24}},
      {"x_embedder.proj.weight", {24, 2, 2, 2}},
      {"x_embedder.proj.bias", {24}},
      {"t_embedder.mlp.0.weight", {24, 256}},
      {"t_embedder.mlp.2.bias", {24}},
      {"y_embedder.embedding_table.weight", {6, 24}},
      {"blocks.0.attn.qkv.weight", {72, 24}},
      {"blocks.1.attn.proj.bias", {24}},
      {"blocks.2.mlp.fc1.weight", {96, 24}},
      {"blocks.2.mlp.fc2.weight", {24, 96}},
      {"blocks.2.adaLN_modulation.1.weight", {144, 24}},
      {"final_layer.linear.weight", {16, 24}},
      {"final_layer.adaLN_modulation.1.bias", {48}}};
  for (const auto& [name, shape] : published) {
    ASSERT_EQ(tensors.count(name), 1U) << name;
    EXPECT_EQ(tensors.at(name).sizes(), torch::IntArrayRef(shape)) << name;
  }
  EXPECT_EQ(DiT(DiTShape{})->named_parameters().find("y_embedder.embedding_table.weight"), nullptr);
}

TEST(DiT, ABatchWithoutCouplingIsItsReplicasOneByOneBitForBit) {
  const torch::NoGradGuard no_grad;
  auto network = filled(labelled());
  const auto states = states_of(labelled(), 3);
  const DiTConditions none{torch::tensor({3, 500, 950}), torch::tensor({0, 5, 2}), {}};
  auto zero = none, beside = none;
  zero.coupling = torch::zeros({3});
  beside.coupling = torch::tensor({0.0, 0.7, 0.0});
  const auto alone = joined(single(network, states, none));
  EXPECT_TRUE(torch::equal(joined(single(network, states, zero)), alone));
  const auto mixed = joined(single(network, states, beside));
  EXPECT_TRUE(torch::equal(mixed[0], alone[0]));
  EXPECT_TRUE(torch::equal(mixed[2], alone[2]));
  EXPECT_GT((mixed[1] - alone[1]).abs().max().item<double>(), 1e-3);
  const auto second = joined(single(network, states.slice(1, 1, 2), none));
  EXPECT_LT((second - alone.slice(1, 1, 2)).abs().max().item<double>(), 1e-6);
}

struct Sizes {
  std::int64_t side, patch, width, heads, rows;
};
/// Tokens, channels and rows that fill neither vectors nor tiles of a product.
constexpr Sizes kSizes[] = {
    {8, 2, 24, 3, 3}, {28, 4, 96, 4, 2}, {28, 4, 96, 4, 5}, {6, 2, 20, 2, 1}, {32, 2, 144, 2, 1}};

DiTShape shape_of(const Sizes& sizes) {
  auto shape = labelled();
  shape.side = sizes.side;
  shape.patch = sizes.patch;
  shape.width = sizes.width;
  shape.heads = sizes.heads;
  shape.depth = 2;
  return shape;
}

DiTConditions coupled_conditions(std::int64_t rows) {
  return {torch::arange(rows) * 150 + 20, torch::arange(rows) % 5,
          torch::linspace(0.25, 1, rows + 1).slice(0, 0, rows)};
}

TEST(DiT, EqualReplicasStayEqualAndExchangedOnesExchangeBitForBit) {
  for (const bool trains : {false, true})
    for (const Precision precision : {Precision::single, Precision::bf16})
      for (const Sizes& sizes : kSizes) {
        const torch::AutoGradMode mode(trains);
        const PrecisionScope scope(torch::kCPU, precision);
        auto network = filled(shape_of(sizes));
        const auto told = coupled_conditions(sizes.rows);
        const auto states = states_of(shape_of(sizes), sizes.rows);
        const auto out = joined(single(network, states, told));
        EXPECT_TRUE(torch::equal(joined(single(network, states.flip(1), told)), out.flip(1)));
        const auto one = states.slice(1, 0, 1);
        const auto equal = joined(single(network, torch::cat({one, one}, 1), told));
        EXPECT_TRUE(torch::equal(equal.select(1, 0), equal.select(1, 1)));
        EXPECT_FALSE(torch::equal(out.select(1, 0), out.select(1, 1)));
      }
}

/// g (B, L, h): the second block alone, and of its heads every other one.
Tensor coupling_of_some_heads(const Sizes& sizes) {
  const auto shape = shape_of(sizes);
  auto g = torch::zeros({sizes.rows, shape.depth, shape.heads});
  g.select(1, 1).copy_(0.7 * (torch::arange(shape.heads) % 2 == 0));
  return g;
}

TEST(DiT, CouplingByBlockAndHeadHasTheBitsOfOneNumberWhereItIsOneAndOfNoneWhereItIsNone) {
  for (const bool trains : {false, true})
    for (const Precision precision : {Precision::single, Precision::bf16})
      for (const Sizes& sizes : kSizes) {
        const torch::AutoGradMode mode(trains);
        const PrecisionScope scope(torch::kCPU, precision);
        auto network = filled(shape_of(sizes));
        const auto states = states_of(shape_of(sizes), sizes.rows);
        const auto answer = [&](const Tensor& z, const Tensor& coupling) {
          auto told = coupled_conditions(sizes.rows);
          told.coupling = coupling;
          return joined(single(network, z, told));
        };
        const auto g = coupled_conditions(sizes.rows).coupling;
        const auto by_block = g.unsqueeze(1).expand({-1, shape_of(sizes).depth});
        const auto by_head = by_block.unsqueeze(2).expand({-1, -1, sizes.heads});
        const auto whole = answer(states, g), none = answer(states, {});
        EXPECT_TRUE(torch::equal(answer(states, by_block), whole));
        EXPECT_TRUE(torch::equal(answer(states, by_head), whole));
        EXPECT_TRUE(torch::equal(answer(states, torch::zeros_like(by_head)), none));
        const auto some = answer(states, coupling_of_some_heads(sizes));
        EXPECT_FALSE(torch::equal(some, none));
        EXPECT_FALSE(torch::equal(some, whole));
        EXPECT_TRUE(
            torch::equal(answer(states.flip(1), coupling_of_some_heads(sizes)), some.flip(1)));
      }
}

TEST(DiT, WithTheOtherReplicasContextTheDonorHasTheBitsOfBeingAlone) {
  for (const Precision precision : {Precision::single, Precision::bf16})
    for (const Sizes& sizes : kSizes) {
      const torch::NoGradGuard no_grad;
      const PrecisionScope scope(torch::kCPU, precision);
      auto network = filled(shape_of(sizes));
      const auto states = states_of(shape_of(sizes), sizes.rows);
      auto told = coupled_conditions(sizes.rows);
      told.coupling = Tensor();
      const auto alone = joined(single(network, states, told));
      told.context = Context::other;
      const auto replaced = joined(single(network, states, told));
      EXPECT_TRUE(torch::equal(replaced.select(1, 1), alone.select(1, 1)));
      EXPECT_GT((replaced - alone).abs().max().item<double>(), 1e-4);
      const auto donor = states.slice(1, 1, 2);
      EXPECT_TRUE(torch::equal(joined(single(network, torch::cat({donor, donor}, 1), told)),
                               torch::cat({alone, alone}, 1).slice(1, 1, 4, 2)));
    }
}

enum class Couples { no, alike, some_heads };

/// Weights of a ring whose one link goes one way.
Tensor graph_of_four() {
  auto graph = torch::roll(torch::eye(4), 1, 0) + torch::roll(torch::eye(4), -1, 0) * 0.5;
  graph[0][3] = 0;
  return graph;
}

/// Rows at a time, the kernels; operations one by one, where gradients may be wanted.
TEST(DiT, RowsAtATimeAgreeWithOperationsOneByOne) {
  for (const Sizes& sizes : kSizes)
    for (const std::int64_t replicas : {1, 2, 4})
      for (const Context context : {Context::own, Context::other, Context::uniform})
        for (const Couples couples : {Couples::no, Couples::alike, Couples::some_heads}) {
          const bool coupled = couples != Couples::no;
          if (context == Context::other && replicas != 2) continue;
          if (coupled && replicas == 1) continue;
          if (context != Context::own && coupled) continue;
          auto network = filled(shape_of(sizes));
          auto told = coupled_conditions(sizes.rows);
          if (!coupled) told.coupling = Tensor();
          if (couples == Couples::some_heads) told.coupling = coupling_of_some_heads(sizes);
          told.context = context;
          if (replicas == 4) told.graph = graph_of_four();
          const auto states = states_of(shape_of(sizes), sizes.rows, replicas);
          const auto answer = [&](bool gradients) {
            const torch::AutoGradMode mode(gradients);
            return joined(single(network, states, told)).detach();
          };
          const auto one_by_one = answer(true), by_rows = answer(false);
          EXPECT_LT((one_by_one - by_rows).abs().max().item<double>(),
                    4e-6 * one_by_one.abs().max().item<double>());
          EXPECT_FALSE(torch::equal(one_by_one, by_rows)) << "both went the same way";
        }
}

// Of the blocks alone: what stands around them is LibTorch's, whose products may depend on threads.
TEST(BlockByRows, ThreadsDoNotChangeABit) {
  const torch::NoGradGuard no_grad;
  constexpr std::int64_t kRows = 5, kTokens = 16, kWidth = 32;
  torch::manual_seed(3);
  const BlockLayers layers{torch::nn::Linear(kWidth, 3 * kWidth), torch::nn::Linear(kWidth, kWidth),
                           torch::nn::Linear(kWidth, 4 * kWidth),
                           torch::nn::Linear(4 * kWidth, kWidth),
                           torch::nn::Linear(kWidth, 6 * kWidth)};
  const auto tokens = torch::randn({kRows, 2, kTokens, kWidth});
  const auto condition = torch::randn({kRows, kWidth});
  const CoupledRows coupled{torch::linspace(0, 1, kRows), 0, kRows};
  ASSERT_TRUE(BlockByRows::can(layers, tokens));
  const int before = at::get_num_threads();
  std::vector<Tensor> outs;
  for (const int threads : {1, 3}) {
    at::set_num_threads(threads);
    outs.push_back(BlockByRows().forward(layers, tokens, condition, coupled, 4, 1e-6));
  }
  at::set_num_threads(before);
  EXPECT_GT((outs[0] - tokens).abs().max().item<double>(), 0.1);
  EXPECT_TRUE(torch::equal(outs[0], outs[1]));
}

TEST(DiT, WeightsThatAreWrittenOverAreNoticed) {
  const torch::NoGradGuard no_grad;
  auto network = filled(labelled());
  const auto states = states_of(labelled(), 2);
  const DiTConditions told{torch::tensor({40, 600}), torch::tensor({1, 3}), {}};
  const auto before = joined(single(network, states, told));
  for (auto& item : network->named_parameters()) {
    if (item.key().find("blocks.1.") == std::string::npos) continue;
    // As a message from another rank does: past every counter of versions.
    float& number = item.value().data_ptr<float>()[0];
    const float old = number;
    number += 1;
    EXPECT_FALSE(torch::equal(joined(single(network, states, told)), before)) << item.key();
    number = old;
  }
  EXPECT_TRUE(torch::equal(joined(single(network, states, told)), before));
}

TEST(DiT, WithUniformContextMeanValuesAreAllThatATokenKnowsOfOthers) {
  const torch::NoGradGuard no_grad;
  auto network = filled(labelled(), torch::kFloat64);
  DiTConditions told{torch::tensor({40, 600}), torch::tensor({1, 3}), {}};
  told.context = Context::uniform;
  const auto states = states_of(labelled(), 2);
  const auto out = joined(network(states, told));
  EXPECT_LT((joined(network(states.slice(1, 0, 1), told)) - out.slice(1, 0, 1))
                .abs()
                .max()
                .item<double>(),
            1e-12);
  auto own = told;
  own.context = Context::own;
  EXPECT_GT((joined(network(states, own)) - out).abs().max().item<double>(), 1e-4);
  // Where keys are zero, all weights are equal.
  for (auto& item : network->named_parameters())
    if (item.key().find("attn.qkv") != std::string::npos)
      item.value().slice(0, labelled().width, 2 * labelled().width).zero_();
  EXPECT_LT(
      (joined(network(states, own)) - joined(network(states, told))).abs().max().item<double>(),
      1e-12);
}

TEST(DiT, TapsSeeEachLayerAndCouplingOnlyWhereItIs) {
  const torch::NoGradGuard no_grad;
  auto network = filled(labelled());
  const auto states = states_of(labelled(), 2).to(torch::kFloat32);
  const auto seen = [&](const Tensor& coupling) {
    std::vector<Tensor> layers;
    const DiTConditions told{torch::tensor({40, 600}), {}, coupling};
    const auto out = network(states, told, [&](std::int64_t layer, const Tensor& tokens) {
      EXPECT_EQ(layer, static_cast<std::int64_t>(layers.size()));
      EXPECT_EQ(tokens.sizes(), torch::IntArrayRef({2, 2, 16, 24}));
      layers.push_back(tokens);
    });
    layers.push_back(joined(out));
    EXPECT_TRUE(torch::equal(joined(network(states, told)), layers.back()));
    return layers;
  };
  const auto none = seen({}), last = seen(torch::tensor({{0.0, 0.0, 0.5}, {0.0, 0.5, 0.0}}));
  ASSERT_EQ(none.size(), 5U);
  const auto same = [&](std::size_t layer, std::int64_t row) {
    return torch::equal(none[layer][row], last[layer][row]);
  };
  EXPECT_TRUE(same(0, 0) && same(1, 0) && same(2, 0));
  EXPECT_FALSE(same(3, 0));
  EXPECT_TRUE(same(0, 1) && same(1, 1));
  EXPECT_FALSE(same(2, 1));
  EXPECT_FALSE(same(4, 0) || same(4, 1));
}

TEST(DiT, ARowToldNoLabelHasTheNullLabel) {
  const torch::NoGradGuard no_grad;
  auto network = filled(labelled());
  const auto states = states_of(labelled(), 2);
  const auto steps = torch::tensor({40, 600});
  const auto none = single(network, states, {steps, {}, {}}).noise;
  EXPECT_TRUE(
      torch::equal(single(network, states, {steps, torch::tensor({5, 5}), {}}).noise, none));
  EXPECT_FALSE(
      torch::equal(single(network, states, {steps, torch::tensor({5, 4}), {}}).noise[1], none[1]));
}

// What a network cannot learn: the last norm leaves D - 1 dimensions, the last layer is linear.
TEST(DiT, OutputsOfATokenSpanOneDimensionLessThanItHasChannels) {
  const torch::NoGradGuard no_grad;
  for (const std::int64_t width : {8, 12, 24}) {
    const DiTShape shape{.side = 8, .patch = 4, .width = width, .depth = 2, .heads = 2};
    DiT network = filled(shape, torch::kFloat64);
    const auto noise =
        network(states_of(shape, 64, 1), DiTConditions{torch::full({64}, 500), {}, {}}).noise;
    const auto of_token = patches_of(noise.flatten(0, 1), shape.patch).select(1, 2);  // (64, 16)
    const auto sizes = torch::linalg_svdvals(of_token - of_token.mean(0));
    const double largest = sizes[0].item<double>();
    const auto spanned = (sizes > 1e-10 * largest).sum().item<std::int64_t>();
    EXPECT_EQ(spanned, std::min<std::int64_t>(width - 1, 16)) << width;
  }
}

TEST(DiT, StartsAsPublished) {
  auto shape = labelled();
  shape.width = 96;
  DiT network(shape), again(shape);
  network->initialize(RandomStream(1, "weights"));
  again->initialize(RandomStream(1, "weights"));
  const auto tensors = tensors_of(*network), same = tensors_of(*again);
  for (const auto& [name, tensor] : tensors) EXPECT_TRUE(torch::equal(tensor, same.at(name)));
  const auto largest = [&](const char* name) {
    return tensors.at(name).abs().max().item<double>();
  };
  const auto deviation = [&](const char* name) { return tensors.at(name).std().item<double>(); };
  const double bound = std::sqrt(6.0 / (96 + 384));
  EXPECT_LE(largest("blocks.1.mlp.fc1.weight"), bound);
  EXPECT_NEAR(deviation("blocks.1.mlp.fc1.weight"), bound / std::sqrt(3.0), 0.02 * bound);
  EXPECT_NEAR(largest("x_embedder.proj.weight"), std::sqrt(6.0 / (96 + 8)), 0.01);
  EXPECT_NEAR(deviation("y_embedder.embedding_table.weight"), 0.02, 0.002);
  EXPECT_NEAR(deviation("t_embedder.mlp.0.weight"), 0.02, 0.001);
  for (const char* zero : {"blocks.0.adaLN_modulation.1.weight", "final_layer.linear.weight",
                           "final_layer.adaLN_modulation.1.weight", "blocks.2.attn.qkv.bias"})
    EXPECT_EQ(largest(zero), 0) << zero;
  EXPECT_FALSE(
      torch::equal(tensors.at("blocks.0.attn.qkv.weight"), tensors.at("blocks.1.attn.qkv.weight")));
  const auto states = states_of(shape, 1);
  EXPECT_EQ(single(network, states, {torch::tensor({3}), {}, {}}).noise.abs().max().item<double>(),
            0);
}

TEST(DiT, GradientsAgreeWithFiniteDifferences) {
  auto network = filled(labelled(), torch::kFloat64);
  const auto states = states_of(labelled(), 2);
  const DiTConditions told{torch::tensor({3, 950}), torch::tensor({3, 5}),
                           torch::tensor({0.3, 0.8}, kDouble)};
  const auto loss = [&] {
    const auto out = joined(network(states, told));
    return (out * wave(out.sizes(), 2)).sum();
  };
  expect_gradients_are_slopes(*network, loss);
}

TEST(DiT, MixedPrecisionIsNearSingleAndKeepsTheResidualStream) {
  auto network = filled(labelled());
  const auto states = states_of(labelled(), 2);
  const DiTConditions told{torch::tensor({40, 999}), torch::tensor({1, 2}),
                           torch::tensor({0.25, 1.0})};
  const auto run = [&](Precision precision) {
    network->zero_grad();
    const PrecisionScope scope(torch::kCPU, precision);
    const auto out =
        network(states.to(torch::kFloat32), told, [](std::int64_t, const Tensor& tokens) {
          EXPECT_EQ(tokens.scalar_type(), torch::kFloat32);
        });
    EXPECT_EQ(out.noise.scalar_type(), torch::kFloat32);
    out.noise.square().mean().backward();
    return std::pair{joined(out).detach(),
                     network->named_parameters()["blocks.0.attn.qkv.weight"].grad().clone()};
  };
  const auto exact = run(Precision::single), mixed = run(Precision::bf16);
  const auto distance = [](const Tensor& a, const Tensor& b) {
    return ((a - b).norm() / b.norm()).item<double>();
  };
  EXPECT_GT(distance(mixed.first, exact.first), 1e-5);  // bfloat16 was at work
  EXPECT_LT(distance(mixed.first, exact.first), 0.02);
  EXPECT_LT(distance(mixed.second, exact.second), 0.1);
}

TEST(DiT, RowsAtATimeInMixedPrecisionAreNearSingleOnes) {
  const torch::NoGradGuard no_grad;
  for (const Sizes& sizes : kSizes) {
    auto network = filled(shape_of(sizes));
    const auto told = coupled_conditions(sizes.rows);
    const auto states = states_of(shape_of(sizes), sizes.rows);
    const auto answer = [&](Precision precision) {
      const PrecisionScope scope(torch::kCPU, precision);
      return joined(single(network, states, told));
    };
    const auto exact = answer(Precision::single), mixed = answer(Precision::bf16);
    const double distance = ((mixed - exact).norm() / exact.norm()).item<double>();
    EXPECT_GT(distance, 1e-5);  // bfloat16 was at work
    EXPECT_LT(distance, 0.02);
    EXPECT_TRUE(torch::equal(answer(Precision::single), exact)) << "weights are packed anew";
  }
}

TEST(DiT, RefusesWhatItWasNotMadeFor) {
  auto network = filled(labelled());
  DiT plain{DiTShape{}};
  const auto states = states_of(labelled(), 2);
  const auto steps = torch::tensor({1, 2});
  const auto refusal = [&](const Tensor& given, const DiTConditions& told) {
    return error_text<InputError>([&] { single(network, given, told); });
  };
  EXPECT_THAT(refusal(states.slice(2, 0, 1), {steps, {}, {}}),
              HasSubstr("(2, 2, 1, 8, 8), expected (B, P, 2, 8, 8)"));
  const auto four = torch::cat({states, states}, 1);
  EXPECT_EQ(single(network, four, {steps, {}, {}}).noise.sizes(), four.sizes());
  EXPECT_THAT(refusal(four, {steps, {}, torch::zeros({2})}),
              HasSubstr("other replicas than the states (2, states have 4)"));
  EXPECT_THAT(refusal(states, {steps, {}, torch::zeros({2}), Context::own, torch::ones({3, 3})}),
              HasSubstr("(3, states have 2)"));
  EXPECT_THAT(refusal(four, {steps, {}, {}, Context::other}), HasSubstr("give pairs"));
  EXPECT_THAT(refusal(states, {torch::tensor({1}), {}, {}}), HasSubstr("(1), expected (2)"));
  EXPECT_THAT(refusal(states, {{}, {}, {}}), HasSubstr("undefined"));
  EXPECT_THAT(refusal(states, {steps, torch::tensor({0, 6}), {}}),
              HasSubstr("labels are 0 to 5, the last of which stands for none (they reach from 0 "
                        "to 6)"));
  EXPECT_THAT(refusal(states, {steps, torch::tensor({-1, 2}), {}}), HasSubstr("from -1 to 2"));
  EXPECT_THAT(refusal(states, {steps, torch::tensor({1}), {}}), HasSubstr("(1), expected (2)"));
  EXPECT_THAT(refusal(states, {steps, {}, torch::tensor({0.5, 1.5})}), HasSubstr("0 to 1"));
  EXPECT_THAT(refusal(states, {steps, {}, torch::zeros({2, 2})}), HasSubstr("(2, 3)"));
  EXPECT_THAT(refusal(states.slice(1, 0, 1), {steps, {}, torch::zeros({2})}),
              HasSubstr("(2, states have 1)"));
  EXPECT_THAT(refusal(states.slice(1, 0, 1), {steps, {}, {}, Context::other}),
              HasSubstr("give pairs"));
  EXPECT_THAT(refusal(states, {steps, {}, torch::zeros({2}), Context::uniform}),
              HasSubstr("nothing to couple"));
  EXPECT_THAT(error_text<InputError>([&] {
                plain(torch::zeros({1, 1, 1, 28, 28}),
                      DiTConditions{torch::tensor({1}), torch::tensor({0}), {}});
              }),
              HasSubstr("told no label"));
  auto shape = labelled();
  shape.heads = 5;
  EXPECT_THROW(DiT{shape}, InputError);
}

TEST(PositionEmbedding, HasTheColumnFirstAndSinesFirst) {
  const DiTShape shape{.side = 6, .patch = 2, .width = 8, .heads = 1};
  const auto table = position_embedding(shape);
  EXPECT_EQ(table.scalar_type(), torch::kFloat32);
  const auto token = table[0][1 * 3 + 2];  // row 1, column 2
  const double rates[] = {1, 0.01};
  for (int k = 0; k < 2; ++k) {
    EXPECT_NEAR(token[k].item<double>(), std::sin(2 * rates[k]), 1e-7);
    EXPECT_NEAR(token[2 + k].item<double>(), std::cos(2 * rates[k]), 1e-7);
    EXPECT_NEAR(token[4 + k].item<double>(), std::sin(rates[k]), 1e-7);
    EXPECT_NEAR(token[6 + k].item<double>(), std::cos(rates[k]), 1e-7);
  }
}

TEST(StepFrequencies, HaveCosinesFirstAndTheDivisorOfTheirRules) {
  const auto original = step_frequencies(torch::tensor({990}), DiTRules::original);
  const auto other = step_frequencies(torch::tensor({990}), DiTRules::diffusers);
  EXPECT_NEAR(original[0][0].item<double>(), std::cos(990.0), 1e-6);
  EXPECT_NEAR(original[0][128].item<double>(), std::sin(990.0), 1e-6);
  EXPECT_NEAR(original[0][127].item<double>(), std::cos(990 * std::pow(1e4, -127.0 / 128)), 1e-6);
  EXPECT_NEAR(other[0][127].item<double>(), std::cos(0.099), 1e-6);
  EXPECT_NEAR(((other - original).norm() / original.norm()).item<double>(), 1.01, 0.02);
  const PrecisionScope scope(torch::kCPU, Precision::bf16);
  EXPECT_TRUE(torch::equal(step_frequencies(torch::tensor({990}), DiTRules::original), original));
}

TEST(PatchesOf, GoInByChannelAndComeOutByPixel) {
  const auto images = torch::arange(2 * 4 * 4, torch::kFloat32).view({1, 2, 4, 4});
  const auto patches = patches_of(images, 2);
  EXPECT_TRUE(torch::equal(patches[0][1],  // row 0, column 1
                           torch::tensor({2.0F, 3.0F, 6.0F, 7.0F, 18.0F, 19.0F, 22.0F, 23.0F})));
  const auto by_pixel =
      patches.view({1, 4, 2, 4}).transpose(2, 3).reshape({1, 4, 8});  // (..., p p C)
  EXPECT_TRUE(torch::equal(images_of(by_pixel, 2, 2), images));
}

}  // namespace
}  // namespace syncgap::networks
