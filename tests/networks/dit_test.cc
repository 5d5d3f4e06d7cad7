#include "networks/dit.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "error_text.h"
#include "networks/dit_embeddings.h"
#include "networks/dit_golden.h"
#include "networks/initialize.h"
#include "networks/made_up_numbers.h"
#include "networks/mixed_precision.h"
#include "networks/small_dit.h"
#include "networks/weight_file.h"

namespace syncgap::networks {
namespace {

using ::testing::HasSubstr;
using torch::Tensor;

void expect_golden_dit(const DiTShape& shape, std::int64_t weights, const Tensor& states,
                       const DiTConditions& conditions, std::int64_t every,
                       const std::vector<double>& outputs,
                       const std::vector<torch::ScalarType>& types = {torch::kFloat64,
                                                                      torch::kFloat32}) {
  const torch::NoGradGuard no_grad;
  for (const auto type : types) {
    DiT network = filled_dit(shape, type);
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
  const auto shape = small_dit();
  expect_golden_dit(shape, k_labelled_weights, dit_states(shape, 2),
                    {torch::tensor({3, 950}), torch::tensor({3, 5}),
                     torch::tensor({{0.3, 0.0, 1.0}, {0.5, 0.25, 0.0}}, kDouble)},
                    7, k_labelled_outputs);
}

TEST(DiT, ByOtherRulesAgreesWithAnIndependentImplementation) {
  auto shape = small_dit();
  shape.step_embedding = shape.perceptron_norm = DiTRules::diffusers;
  expect_golden_dit(
      shape, k_diffusers_weights, dit_states(shape, 2),
      {torch::tensor({3, 950}), torch::tensor({0, 4}), torch::tensor({0.4, 0.0}, kDouble)}, 7,
      k_diffusers_outputs);
}

TEST(DiT, OfSingleImagesAgreesWithAnIndependentImplementation) {
  const DiTShape shape{
      .image_channels = 1, .side = 12, .patch = 3, .width = 16, .depth = 2, .heads = 2};
  expect_golden_dit(shape, k_plain_weights, dit_states(shape, 2, 1),
                    {torch::tensor({0, 999}), {}, {}}, 2, k_plain_outputs);
}

TEST(DiT, ABlockOfTheLargestSizeAgreesWithAnIndependentImplementation) {
  auto shape = DiTShape::published("XL/2");
  shape.depth = 1;
  shape.classes = 1;
  expect_golden_dit(shape, k_wide_weights, dit_states(shape, 1),
                    {torch::tensor({500}), torch::tensor({0}), torch::tensor({0.5}, kDouble)}, 41,
                    k_wide_outputs, {torch::kFloat32});
}

TEST(DiT, TensorsHaveTheirPublishedNamesAndShapes) {
  const auto tensors = tensors_of(*DiT(small_dit()));
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

TEST(DiT, WithUniformContextMeanValuesAreAllThatATokenKnowsOfOthers) {
  const torch::NoGradGuard no_grad;
  auto network = filled_dit(small_dit(), torch::kFloat64);
  DiTConditions told{torch::tensor({40, 600}), torch::tensor({1, 3}), {}};
  told.context = Context::uniform;
  const auto states = dit_states(small_dit(), 2);
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
      item.value().slice(0, small_dit().width, 2 * small_dit().width).zero_();
  EXPECT_LT(
      (joined(network(states, own)) - joined(network(states, told))).abs().max().item<double>(),
      1e-12);
}

TEST(DiT, TapsSeeEachLayerAndCouplingOnlyWhereItIs) {
  const torch::NoGradGuard no_grad;
  auto network = filled_dit(small_dit());
  const auto states = dit_states(small_dit(), 2).to(torch::kFloat32);
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
  auto network = filled_dit(small_dit());
  const auto states = dit_states(small_dit(), 2);
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
    DiT network = filled_dit(shape, torch::kFloat64);
    const auto noise =
        network(dit_states(shape, 64, 1), DiTConditions{torch::full({64}, 500), {}, {}}).noise;
    const auto of_token = patches_of(noise.flatten(0, 1), shape.patch).select(1, 2);  // (64, 16)
    const auto sizes = torch::linalg_svdvals(of_token - of_token.mean(0));
    const double largest = sizes[0].item<double>();
    const auto spanned = (sizes > 1e-10 * largest).sum().item<std::int64_t>();
    EXPECT_EQ(spanned, std::min<std::int64_t>(width - 1, 16)) << width;
  }
}

TEST(DiT, StartsAsPublished) {
  auto shape = small_dit();
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
  const auto states = dit_states(shape, 1);
  EXPECT_EQ(single(network, states, {torch::tensor({3}), {}, {}}).noise.abs().max().item<double>(),
            0);
}

TEST(DiT, GradientsAgreeWithFiniteDifferences) {
  auto network = filled_dit(small_dit(), torch::kFloat64);
  const auto states = dit_states(small_dit(), 2);
  const DiTConditions told{torch::tensor({3, 950}), torch::tensor({3, 5}),
                           torch::tensor({0.3, 0.8}, kDouble)};
  const auto loss = [&] {
    const auto out = joined(network(states, told));
    return (out * wave(out.sizes(), 2)).sum();
  };
  expect_gradients_are_slopes(*network, loss);
}

TEST(DiT, MixedPrecisionIsNearSingleAndKeepsTheResidualStream) {
  auto network = filled_dit(small_dit());
  const auto states = dit_states(small_dit(), 2);
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

TEST(DiT, RefusesWhatItWasNotMadeFor) {
  auto network = filled_dit(small_dit());
  DiT plain{DiTShape{}};
  const auto states = dit_states(small_dit(), 2);
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
  auto shape = small_dit();
  shape.heads = 5;
  EXPECT_THROW(DiT{shape}, InputError);
}

}  // namespace
}  // namespace syncgap::networks
