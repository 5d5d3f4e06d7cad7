#include "networks/vae_decoder.h"

#include <cmath>
#include <map>
#include <regex>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "error_text.h"
#include "networks/attention_by_rows.h"
#include "networks/initialize.h"
#include "networks/mixed_precision.h"
#include "networks/pretrained_formula.h"
#include "networks/pretrained_golden.h"
#include "networks/weight_file.h"
#include "temporary_folder.h"

namespace syncgap::networks {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using torch::Tensor;
using Tensors = std::map<std::string, Tensor>;

VaeShape small_vae() { return {.widths = {4, 8, 16, 16}, .groups = 2}; }

VaeDecoder filled(const VaeShape& shape, torch::ScalarType type = torch::kFloat32) {
  VaeDecoder network(shape);
  network->to(type);
  fill_by_formula(*network);
  return network;
}

Tensor latents_of(torch::IntArrayRef shape) { return 0.2 * wave(shape, 0.5); }

TEST(VaeDecoder, AgreesWithAnIndependentImplementation) {
  for (const auto type : {torch::kFloat64, torch::kFloat32}) {
    auto network = filled(small_vae(), type);
    EXPECT_EQ(number_count(tensors_of(*network)), k_vae_numbers);
    EXPECT_EQ(small_vae().weights(), k_vae_numbers);
    const auto images = network(latents_of({2, 4, 2, 3}).to(type));
    EXPECT_EQ(images.sizes(), (std::vector<std::int64_t>{2, 3, 16, 24}));
    EXPECT_EQ(images.scalar_type(), type);
    EXPECT_TRUE(images.is_contiguous());
    expect_golden(images, 7, k_vae_images, type == torch::kFloat64 ? 1e-9 : 1e-5);
  }
}

TEST(VaeDecoder, HasThePublishedTensors) {
  const VaeDecoder network;
  const auto tensors = tensors_of(*network);
  EXPECT_EQ(tensors.size(), 138U + 2U);
  EXPECT_EQ(parameter_count(*network), 49490179 + 20);  // of the decoder, and before it
  const std::map<std::string, std::vector<std::int64_t>> published{
      {"post_quant_conv.weight", {4, 4, 1, 1}},
      {"decoder.conv_in.weight", {512, 4, 3, 3}},
      {"decoder.mid_block.resnets.1.norm2.bias", {512}},
      {"decoder.mid_block.attentions.0.group_norm.weight", {512}},
      {"decoder.mid_block.attentions.0.to_q.weight", {512, 512}},
      {"decoder.mid_block.attentions.0.to_out.0.bias", {512}},
      {"decoder.up_blocks.0.resnets.2.conv1.weight", {512, 512, 3, 3}},
      {"decoder.up_blocks.1.upsamplers.0.conv.weight", {512, 512, 3, 3}},
      {"decoder.up_blocks.2.resnets.0.conv_shortcut.weight", {256, 512, 1, 1}},
      {"decoder.up_blocks.2.upsamplers.0.conv.bias", {256}},
      {"decoder.up_blocks.3.resnets.0.conv_shortcut.weight", {128, 256, 1, 1}},
      {"decoder.up_blocks.3.resnets.0.norm1.weight", {256}},
      {"decoder.conv_norm_out.weight", {128}},
      {"decoder.conv_out.weight", {3, 128, 3, 3}}};
  expect_shapes(tensors, published);
  EXPECT_EQ(tensors.count("decoder.up_blocks.1.resnets.0.conv_shortcut.weight"), 0U);
  EXPECT_EQ(tensors.count("decoder.up_blocks.3.upsamplers.0.conv.weight"), 0U);
}

TEST(VaeDecoder, LatentsAreDividedByTheScaling) {
  auto network = filled(small_vae(), torch::kFloat64);
  const auto latents = latents_of({1, 4, 3, 3});
  EXPECT_TRUE(torch::equal(network(latents), network(latents / 0.18215, 1.0)));
  EXPECT_GT(distance(network(latents, 1.0), network(latents)), 1e-2);
}

/// Whatever its batch, and whatever its precision is mixed with.
TEST(VaeDecoder, AnImageIsDecodedAloneBitForBit) {
  auto network = filled(small_vae());
  const auto latents = latents_of({5, 4, 4, 3}).to(torch::kFloat32);
  const auto together = network(latents);
  EXPECT_TRUE(torch::equal(network(latents.slice(0, 3, 4)), together.slice(0, 3, 4)));
  const PrecisionScope scope(torch::kCPU, Precision::bf16);
  EXPECT_TRUE(torch::equal(network(latents), together));
}

TEST(VaeDecoder, SidesMayBeOddAndBatchesEmpty) {
  auto network = filled(small_vae());
  EXPECT_EQ(network(torch::ones({1, 4, 1, 1})).sizes(), (std::vector<std::int64_t>{1, 3, 8, 8}));
  EXPECT_EQ(network(torch::ones({2, 4, 5, 7})).sizes(), (std::vector<std::int64_t>{2, 3, 40, 56}));
  EXPECT_EQ(network(torch::ones({0, 4, 2, 2})).sizes(), (std::vector<std::int64_t>{0, 3, 16, 16}));
  EXPECT_EQ(filled({.widths = {2}, .blocks = 1, .groups = 1})(torch::ones({1, 4, 3, 5})).sizes(),
            (std::vector<std::int64_t>{1, 3, 3, 5}));
}

TEST(VaeDecoder, GradientsByLatentsAreThoseOfFiniteDifferences) {
  auto network = filled({.widths = {4, 8}, .blocks = 1, .groups = 2}, torch::kFloat64);
  auto latents = latents_of({1, 4, 3, 2}).requires_grad_();
  const auto loss = [&] { return network(latents).square().sum(); };
  loss().backward();
  for (const auto& parameter : network->parameters()) EXPECT_FALSE(parameter.grad().defined());
  const torch::NoGradGuard no_grad;
  auto flat = latents.view(-1);
  constexpr double kStep = 1e-6;
  for (const std::int64_t place : {0, 11, 23}) {
    const double gradient = latents.grad().view(-1)[place].item<double>();
    flat[place] += kStep;
    const double above = loss().item<double>();
    flat[place] -= 2 * kStep;
    const double below = loss().item<double>();
    flat[place] += kStep;
    EXPECT_NEAR(gradient, (above - below) / (2 * kStep), 1e-5 * (1 + std::abs(gradient)));
  }
}

TEST(VaeDecoder, AttentionByRowsIsThatOfTheWholeMatrix) {
  const auto q = 3 * wave({2, 37, 8}, 0.1), k = 3 * wave({2, 37, 8}, 0.2),
             v = wave({2, 37, 8}, 0.3);
  const auto whole =
      torch::matmul(torch::softmax(torch::matmul(q, k.transpose(1, 2)) / std::sqrt(8.0), -1), v);
  // A row, a few rows with a shorter last piece, all but one, all, and less than a row.
  for (const std::int64_t tile : {37, 37 * 5, 37 * 36, 37 * 37, 1})
    EXPECT_LT(distance(attention_by_rows(q, k, v, tile), whole), 1e-12) << tile;
}

/// Current names to those before diffusers renamed its attention.
std::string older(const std::string& name) {
  static const std::map<std::string, std::string> kLayers{
      {"to_q", "query"}, {"to_k", "key"}, {"to_v", "value"}, {"to_out.0", "proj_attn"}};
  for (const auto& [now, before] : kLayers)
    if (const auto at = name.find("attentions.0." + now); at != std::string::npos)
      return std::string(name).replace(at + 13, now.size(), before);
  return name;
}

/// Current names of a decoder of four levels to those of the original code.
std::string original(std::string name) {
  const auto level = name.find("up_blocks.");
  if (level != std::string::npos) {
    const char mirrored = static_cast<char>('3' - (name[level + 10] - '0'));
    name.replace(level, 11, std::string("up.") + mirrored);
  }
  const std::vector<std::pair<std::regex, std::string>> rules{
      {std::regex("up\\.(.)\\.resnets"), "up.$1.block"},
      {std::regex("upsamplers\\.0"), "upsample"},
      {std::regex("conv_shortcut"), "nin_shortcut"},
      {std::regex("mid_block\\.resnets\\.0"), "mid.block_1"},
      {std::regex("mid_block\\.resnets\\.1"), "mid.block_2"},
      {std::regex("mid_block\\.attentions\\.0"), "mid.attn_1"},
      {std::regex("attn_1\\.group_norm"), "attn_1.norm"},
      {std::regex("attn_1\\.to_out\\.0"), "attn_1.proj_out"},
      {std::regex("attn_1\\.to_(.)"), "attn_1.$1"},
      {std::regex("conv_norm_out"), "norm_out"}};
  for (const auto& [now, before] : rules) name = std::regex_replace(name, now, before);
  return name;
}

Tensors in_original_names(const Tensors& tensors, const std::string& prefix) {
  Tensors renamed;
  for (const auto& [name, tensor] : tensors) {
    const bool product = name.find(".to_") != std::string::npos && tensor.dim() == 2;
    renamed[prefix + original(name)] = product ? tensor.unsqueeze(2).unsqueeze(3) : tensor;
  }
  return renamed;
}

void expect_loads_the_same_bits(const Tensors& published, const Tensors& tensors) {
  VaeDecoder network(small_vae());
  load_vae_decoder(network, published, "test");
  for (const auto& [name, tensor] : tensors_of(*network))
    EXPECT_TRUE(torch::equal(tensor, tensors.at(name))) << name;
}

TEST(VaeDecoder, AllPublishedNamesLoadTheSameBits) {
  const auto tensors = tensors_of(*filled(small_vae()));
  expect_loads_the_same_bits(tensors, tensors);

  Tensors before;
  for (const auto& [name, tensor] : tensors) before[older(name)] = tensor;
  for (const char* name : {"query.weight", "key.bias", "value.weight", "proj_attn.bias"})
    ASSERT_EQ(before.count(std::string("decoder.mid_block.attentions.0.") + name), 1U) << name;
  expect_loads_the_same_bits(before, tensors);

  const auto first = in_original_names(tensors, "");
  for (const char* name :
       {"post_quant_conv.bias", "decoder.conv_in.weight", "decoder.mid.block_1.norm1.weight",
        "decoder.mid.block_2.conv2.bias", "decoder.mid.attn_1.norm.bias",
        "decoder.mid.attn_1.q.weight", "decoder.mid.attn_1.proj_out.weight",
        "decoder.up.3.block.0.conv1.weight", "decoder.up.3.upsample.conv.weight",
        "decoder.up.1.block.0.nin_shortcut.bias", "decoder.up.0.block.2.norm2.weight",
        "decoder.norm_out.weight", "decoder.conv_out.bias"})
    ASSERT_EQ(first.count(name), 1U) << name;
  ASSERT_EQ(first.at("decoder.mid.attn_1.k.weight").dim(), 4);
  expect_loads_the_same_bits(first, tensors);
}

/// Sizes of neighbouring levels are the same in the published decoder: a wrong order would load.
TEST(VaeDecoder, OriginalNamesCountLevelsFromTheFinest) {
  const auto one = torch::tensor({1.0});
  const auto renamed = vae_decoder_tensors({{"decoder.up.3.block.1.conv1.bias", one},
                                            {"decoder.up.0.block.0.nin_shortcut.weight", one},
                                            {"decoder.up.2.upsample.conv.bias", one}},
                                           VaeShape{});
  std::set<std::string> names;
  for (const auto& item : renamed) names.insert(item.first);
  EXPECT_EQ(names, (std::set<std::string>{"decoder.up_blocks.0.resnets.1.conv1.bias",
                                          "decoder.up_blocks.3.resnets.0.conv_shortcut.weight",
                                          "decoder.up_blocks.1.upsamplers.0.conv.bias"}));
}

TEST(VaeDecoder, OtherNetworksOfAFileArePassedOver) {
  const auto tensors = tensors_of(*filled(small_vae()));
  const auto one = torch::tensor({1.0});
  auto own = tensors;
  for (const char* name :
       {"encoder.conv_in.weight", "quant_conv.bias", "loss.logvar", "model_ema.num_updates"})
    own[name] = one;
  expect_loads_the_same_bits(own, tensors);

  auto checkpoint = in_original_names(tensors, "first_stage_model.");
  checkpoint["first_stage_model.encoder.conv_in.weight"] = one;
  checkpoint["model.diffusion_model.out.2.bias"] = one;
  checkpoint["betas"] = one;
  expect_loads_the_same_bits(checkpoint, tensors);
}

TEST(VaeDecoder, LoadsHalfPrecisionFromAFile) {
  const TemporaryFolder folder;
  Weights weights{in_original_names(tensors_of(*filled(small_vae())), "first_stage_model."), {}};
  for (auto& item : weights.tensors) item.second = item.second.to(torch::kFloat16).contiguous();
  write_weights(folder.path("vae.safetensors"), weights);
  VaeDecoder network(small_vae());
  load_vae_decoder(network, read_weights(folder.path("vae.safetensors")).tensors, "vae");
  const auto latents = latents_of({1, 4, 2, 2}).to(torch::kFloat32);
  EXPECT_LT(distance(network(latents), filled(small_vae())(latents)), 1e-2);
  EXPECT_EQ(network->parameters()[0].scalar_type(), torch::kFloat32);
}

TEST(VaeDecoder, TensorsThatDoNotFitAreOneMessageAndChangeNothing) {
  auto network = filled(small_vae());
  const auto before = tensors_of(*network);
  auto tensors = in_original_names(before, "");
  tensors.erase("decoder.up.3.block.0.conv1.bias");
  tensors["decoder.conv_out.bias"] = torch::ones({4});
  tensors["decoder.up.7.block.0.conv1.bias"] = torch::ones({4});
  tensors["decoder.mid.attn_2.q.weight"] = torch::ones({4});
  tensors["decoder.up."] = torch::ones({4});
  for (auto& item : tensors)
    if (item.first == "decoder.norm_out.bias") item.second = item.second + 1;
  EXPECT_THAT(
      error_text<InputError>([&] { load_vae_decoder(network, tensors, "a.ckpt"); }),
      AllOf(HasSubstr("a.ckpt"), HasSubstr("missing: decoder.up_blocks.0.resnets.0.conv1.bias"),
            HasSubstr("decoder.conv_out.bias (4) in the file, (3) in the network"),
            HasSubstr("unknown: decoder.mid.attn_2.q.weight, decoder.up., "
                      "decoder.up.7.block.0.conv1.bias"),
            Not(HasSubstr("norm_out"))));
  for (const auto& [name, tensor] : tensors_of(*network))
    EXPECT_TRUE(torch::equal(tensor, before.at(name))) << name;
}

TEST(VaeDecoder, ATensorUnderTwoNamesIsRefused) {
  auto tensors = tensors_of(*filled(small_vae()));
  tensors["decoder.mid.attn_1.q.bias"] = torch::ones({16});
  VaeDecoder network(small_vae());
  EXPECT_THAT(error_text<InputError>([&] { load_vae_decoder(network, tensors, "test"); }),
              AllOf(HasSubstr("two names"), HasSubstr("decoder.mid_block.attentions.0.to_q.bias")));
}

TEST(VaeDecoder, WhatCannotBeDecodedIsRefused) {
  auto network = filled(small_vae());
  const auto refusal = [&](const Tensor& latents, double scaling) {
    return error_text<InputError>([&] { network(latents, scaling); });
  };
  EXPECT_THAT(refusal(torch::ones({1, 3, 2, 2}), 1), HasSubstr("(1, 3, 2, 2), expected (B, 4,"));
  EXPECT_THAT(refusal(torch::ones({4, 2, 2}), 1), HasSubstr("(4, 2, 2)"));
  EXPECT_THAT(refusal(torch::ones({1, 4, 0, 2}), 1), HasSubstr("(1, 4, 0, 2)"));
  EXPECT_THAT(refusal(torch::ones({1, 4, 2, 2}), 0), HasSubstr("scaling = 0"));
  EXPECT_THAT(refusal(torch::ones({1, 4, 2, 2}), std::nan("")), HasSubstr("scaling = nan"));
}

}  // namespace
}  // namespace syncgap::networks
