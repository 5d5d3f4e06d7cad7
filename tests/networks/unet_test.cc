#include "networks/unet.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "error_text.h"
#include "networks/initialize.h"
#include "networks/made_up_numbers.h"
#include "networks/mixed_precision.h"
#include "networks/unet_golden.h"
#include "networks/weight_file.h"

namespace syncgap::networks {
namespace {

using ::testing::HasSubstr;
using torch::Tensor;

/// The formula of make_unet_golden.py.
void fill_unet(torch::nn::Module& network) {
  const torch::NoGradGuard no_grad;
  double k = 0;
  for (auto& [name, tensor] : tensors_of(network)) {
    auto values = wave(tensor.sizes(), 0.7, k++);
    if (tensor.dim() > 1)
      values /= std::sqrt(static_cast<double>(tensor.numel() / tensor.size(0)));
    else if (name.find("norm") != std::string::npos)
      values = 0.2 * values + (name.ends_with("weight") ? 1.0 : 0.0);
    else
      values *= 0.1;
    network.named_parameters()[name].copy_(values);
  }
}

UNetShape compact() {
  UNetShape shape;
  shape.width = 4;
  shape.multipliers = {1, 2};
  shape.groups = 2;
  return shape;
}

UNetShape attending() {
  UNetShape shape;
  shape.image_channels = 1;
  shape.width = 8;
  shape.multipliers = {1, 2, 2};
  shape.blocks = 2;
  shape.attention_levels = {1, 2};
  shape.heads = 2;
  shape.groups = 4;
  return shape;
}

void expect_golden_unet(const UNetShape& shape, std::int64_t parameters,
                        const std::vector<double>& outputs) {
  UNet network(shape);
  EXPECT_EQ(parameter_count(*network), parameters);
  network->to(torch::kFloat64);
  fill_unet(*network);
  const torch::NoGradGuard no_grad;
  const auto images = wave({2, shape.image_channels, 8, 8}, 1.3, 0);
  const auto out = network(images, torch::tensor({3.0, 150.0})).flatten();
  ASSERT_EQ((out.numel() + 6) / 7, static_cast<std::int64_t>(outputs.size()));
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const auto value = out[static_cast<std::int64_t>(7 * i)].item<double>();
    // The embedding of steps is single precision.
    EXPECT_NEAR(value, outputs[i], 2e-5 * (1 + std::abs(outputs[i]))) << "output " << 7 * i;
  }
}

TEST(UNet, AgreesWithAnIndependentImplementation) {
  expect_golden_unet(compact(), k_compact_parameters, k_compact_outputs);
}

TEST(UNet, WithAttentionAgreesWithAnIndependentImplementation) {
  expect_golden_unet(attending(), k_attending_parameters, k_attending_outputs);
}

TEST(UNet, FreshlyMadePredictsNoNoise) {
  UNet network(compact());
  initialize(*network, RandomStream(1, "weights"));
  const auto out = network(torch::ones({3, 2, 8, 8}), torch::tensor({0, 1, 2}));
  EXPECT_EQ(out.abs().max().item<double>(), 0.0);
}

TEST(UNet, ImagesOfABatchDoNotSeeEachOther) {
  UNet network(attending());
  network->to(torch::kFloat64);
  fill_unet(*network);
  const torch::NoGradGuard no_grad;
  const auto images = wave({3, 1, 8, 8}, 0.37, 1);
  const auto steps = torch::tensor({5, 80, 300});
  const auto together = network(images, steps);
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(torch::allclose(network(images.slice(0, i, i + 1), steps.slice(0, i, i + 1)),
                                together.slice(0, i, i + 1), 1e-10, 1e-12));
}

/// Training runs in single precision, on kernels of its own.
TEST(UNet, SinglePrecisionAgreesWithDouble) {
  for (const auto& shape : {compact(), attending()}) {
    UNet single(shape), exact(shape);
    exact->to(torch::kFloat64);
    fill_unet(*exact);
    fill_unet(*single);
    const auto images = wave({2, shape.image_channels, 8, 8}, 0.61, 0);
    const auto steps = torch::tensor({7, 120});
    const auto out = exact(images, steps), close = single(images.to(torch::kFloat32), steps);
    EXPECT_TRUE(close.is_contiguous());
    EXPECT_LT((out - close).abs().max().item<double>(), 1e-4);
    (out * images).sum().backward();
    (close * images).sum().backward();
    for (const auto& item : exact->named_parameters()) {
      const auto expected = item.value().grad();
      const auto seen = single->named_parameters()[item.key()].grad();
      EXPECT_LT((expected - seen).abs().max().item<double>(),
                1e-4 * (1 + expected.abs().max().item<double>()))
          << item.key();
    }
  }
}

TEST(UNet, MixedPrecisionIsNearSingle) {
  UNet network(attending());
  fill_unet(*network);
  const auto images = wave({2, 1, 8, 8}, 0.61, 0).to(torch::kFloat32);
  const auto steps = torch::tensor({7, 120});
  const auto gradient = [&](Precision precision) {
    network->zero_grad();
    const PrecisionScope scope(torch::kCPU, precision);
    const auto out = network(images, steps);
    EXPECT_EQ(out.scalar_type(), torch::kFloat32);
    out.square().mean().backward();
    return network->named_parameters()["in.weight"].grad().clone();
  };
  const auto single = gradient(Precision::single), mixed = gradient(Precision::bf16);
  const double difference = ((single - mixed).norm() / single.norm()).item<double>();
  EXPECT_GT(difference, 1e-5);  // bfloat16 was at work
  EXPECT_LT(difference, 0.1);
  EXPECT_TRUE(torch::equal(gradient(Precision::single), single));  // and is gone with its scope
}

TEST(UNet, GradientsAgreeWithFiniteDifferences) {
  UNet network(attending());
  network->to(torch::kFloat64);
  fill_unet(*network);
  const auto images = wave({2, 1, 8, 8}, 0.61, 0), weights = wave({2, 1, 8, 8}, 0.23, 2);
  const auto steps = torch::tensor({7, 120});
  const auto loss = [&] { return (network(images, steps) * weights).sum(); };
  expect_gradients_are_slopes(*network, loss);
}

TEST(UNet, RefusesSizesThatDoNotFit) {
  const auto refusal = [](auto change, std::int64_t side = 8) {
    UNetShape shape = attending();
    change(shape);
    return error_text<InputError>([&] { shape.check(side); });
  };
  EXPECT_NO_THROW(attending().check(8));
  EXPECT_THAT(refusal([](UNetShape& s) { s.multipliers.clear(); }),
              HasSubstr("at least one level"));
  EXPECT_THAT(refusal([](UNetShape& s) { s.groups = 3; }), HasSubstr("groups = 3"));
  EXPECT_THAT(refusal([](UNetShape& s) { s.width = 0; }), HasSubstr("positive"));
  EXPECT_THAT(refusal([](UNetShape& s) { s.attention_levels = {3}; }),
              HasSubstr("levels are 0 to 2"));
  EXPECT_THAT(refusal([](UNetShape& s) { s.heads = 3; }), HasSubstr("heads = 3"));
  EXPECT_THAT(refusal([](UNetShape&) {}, 30), HasSubstr("multiple of 4"));
}

TEST(EmbedSteps, AreCosinesAndSinesOfFallingRates) {
  const auto out = embed_steps(torch::tensor({0, 10}), 6);
  EXPECT_TRUE(torch::allclose(out[0], torch::tensor({1.0F, 1.0F, 1.0F, 0.0F, 0.0F, 0.0F})));
  EXPECT_NEAR(out[1][0].item<double>(), std::cos(10), 1e-6);
  EXPECT_NEAR(out[1][5].item<double>(), std::sin(10 * std::pow(1e4, -2.0 / 3)), 1e-6);
}

TEST(Initialize, DependsOnTheStreamAlone) {
  const auto weights = [](std::uint64_t seed) {
    torch::rand({17});  // whatever the library's own generator did before
    UNet network(attending());
    initialize(*network, RandomStream(seed, "weights"));
    return tensors_of(*network);
  };
  const auto once = weights(1), again = weights(1), other = weights(2);
  double difference = 0;
  for (const auto& [name, tensor] : once) {
    EXPECT_TRUE(torch::equal(tensor, again.at(name))) << name;
    difference += (tensor - other.at(name)).abs().sum().item<double>();
  }
  EXPECT_GT(difference, 1);
}

TEST(Initialize, FillsToOneOverRootOfInputs) {
  UNet network(attending());
  initialize(*network, RandomStream(1, "weights"));
  const auto weights = tensors_of(*network);
  const double bound = 1 / std::sqrt(9.0 * 16);
  const auto& weight = weights.at("middle0.conv1.weight");
  EXPECT_LE(weight.abs().max().item<double>(), bound);
  EXPECT_NEAR(weight.var().item<double>(), bound * bound / 3, 0.1 * bound * bound / 3);
  EXPECT_EQ(weights.at("middle0.conv2.weight").abs().max().item<double>(), 0);
  EXPECT_EQ(weights.at("middle0.norm1.weight").min().item<double>(), 1);
}

}  // namespace
}  // namespace syncgap::networks
