#include "networks/resnet50.h"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "error_text.h"
#include "networks/initialize.h"
#include "networks/mixed_precision.h"
#include "networks/pretrained_formula.h"
#include "networks/pretrained_golden.h"
#include "networks/weight_file.h"

namespace syncgap::networks {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using torch::Tensor;

ResNet50Shape small_resnet() { return {.blocks = {1, 2, 1, 1}, .width = 8, .classes = 5}; }

ResNet50 filled(torch::ScalarType type = torch::kFloat32) {
  ResNet50 network(small_resnet());
  network->to(type);
  fill_by_formula(*network);
  return network;
}

TEST(ResNet50, AgreesWithAnIndependentImplementation) {
  for (const auto type : {torch::kFloat64, torch::kFloat32}) {
    auto network = filled(type);
    EXPECT_EQ(number_count(tensors_of(*network)), k_resnet_numbers);
    const auto out = network(made_up_images({2, 3, 75, 59}).to(type));
    EXPECT_EQ(out.features.sizes(), (std::vector<std::int64_t>{2, small_resnet().features()}));
    EXPECT_GE(out.features.min().item<double>(), 0);
    const double tolerance = type == torch::kFloat64 ? 1e-9 : 1e-5;
    expect_golden(out.features, 5, k_resnet_features, tolerance);
    expect_golden(out.logits, 1, k_resnet_logits, tolerance);
  }
}

TEST(ResNet50, HasThePublishedTensors) {
  const ResNet50 network;
  const auto tensors = tensors_of(*network);
  EXPECT_EQ(parameter_count(*network), 25557032);
  EXPECT_EQ(tensors.size(), 267U);
  const std::map<std::string, std::vector<std::int64_t>> published{
      {"conv1.weight", {64, 3, 7, 7}},
      {"bn1.running_mean", {64}},
      {"layer1.0.downsample.0.weight", {256, 64, 1, 1}},
      {"layer1.0.conv2.weight", {64, 64, 3, 3}},
      {"layer2.3.bn3.running_var", {512}},
      {"layer3.5.conv1.weight", {256, 1024, 1, 1}},
      {"layer4.0.downsample.1.bias", {2048}},
      {"layer4.2.conv3.weight", {2048, 512, 1, 1}},
      {"fc.weight", {1000, 2048}},
      {"fc.bias", {1000}}};
  expect_shapes(tensors, published);
  EXPECT_EQ(tensors.count("layer1.1.downsample.0.weight"), 0U);
  EXPECT_EQ(tensors.count("conv1.bias"), 0U);
}

/// A batch's own mean and variance would tie its images together.
TEST(ResNet50, AnImageIsJudgedAloneInTrainingToo) {
  auto network = filled(torch::kFloat64);
  const auto x = made_up_images({4, 3, 40, 33});
  network->train();
  const auto together = network(x);
  EXPECT_LT(distance(network(x.slice(0, 2, 3)).features, together.features.slice(0, 2, 3)), 1e-12);
  EXPECT_LT(distance(network(x.slice(0, 2, 3)).logits, together.logits.slice(0, 2, 3)), 1e-12);
}

TEST(ResNet50, MixedPrecisionDoesNotReachIt) {
  auto network = filled();
  const auto x = made_up_images({1, 3, 40, 33}).to(torch::kFloat32);
  const auto plain = network(x);
  const PrecisionScope scope(torch::kCPU, Precision::bf16);
  EXPECT_TRUE(torch::equal(network(x).features, plain.features));
}

TEST(ResNet50, GradientsReachImagesButNotWeights) {
  auto network = filled(torch::kFloat64);
  auto x = made_up_images({1, 3, 33, 20}).requires_grad_();
  network(x).logits.sum().backward();
  for (const auto& parameter : network->parameters()) EXPECT_FALSE(parameter.grad().defined());
  const torch::NoGradGuard no_grad;
  const double gradient = x.grad()[0][1][10][7].item<double>();
  constexpr double kStep = 1e-6;
  x[0][1][10][7] += kStep;
  const double above = network(x).logits.sum().item<double>();
  x[0][1][10][7] -= 2 * kStep;
  const double below = network(x).logits.sum().item<double>();
  EXPECT_NEAR(gradient, (above - below) / (2 * kStep), 1e-6);
}

TEST(ResNet50, FilesMayCountBatchesOrNot) {
  const auto tensors = tensors_of(*filled());
  auto counting = tensors;
  for (const auto& item : tensors)
    if (const auto at = item.first.find("running_mean"); at != std::string::npos)
      counting[item.first.substr(0, at) + "num_batches_tracked"] =
          torch::tensor(7, torch::dtype(torch::kInt64));
  EXPECT_EQ(counting.size(), tensors.size() + 1 + 3 * 5 + 4);
  for (const auto& published : {tensors, counting}) {
    ResNet50 network(small_resnet());
    load_resnet50(network, published, "test");
    for (const auto& [name, tensor] : tensors_of(*network))
      EXPECT_TRUE(torch::equal(tensor, tensors.at(name))) << name;
  }
}

TEST(ResNet50, TensorsThatDoNotFitAreOneMessage) {
  auto network = filled();
  auto tensors = tensors_of(*network);
  tensors.erase("layer2.1.bn2.running_var");
  tensors["fc.bias"] = torch::ones({1000});
  tensors["layer2.7.bn1.num_batches_tracked"] = torch::tensor(7, torch::dtype(torch::kInt64));
  tensors["layer1.0.bn1.num_batches_tracked"] = torch::tensor(7, torch::dtype(torch::kInt64));
  EXPECT_THAT(error_text<InputError>([&] { load_resnet50(network, tensors, "r.pth"); }),
              AllOf(HasSubstr("r.pth; missing: layer2.1.bn2.running_var"),
                    HasSubstr("unknown: layer2.7.bn1.num_batches_tracked"),
                    HasSubstr("fc.bias (1000) in the file, (5) in the network"),
                    Not(HasSubstr("layer1.0.bn1"))));
}

TEST(ResNet50, WhatIsNoImageIsRefused) {
  auto network = filled();
  for (const auto& x :
       {torch::ones({1, 1, 40, 40}), torch::ones({3, 40, 40}), torch::ones({1, 3, 0, 40})})
    EXPECT_THAT(error_text<InputError>([&] { network(x); }), HasSubstr("expected (B, 3, H, W)"));
  EXPECT_EQ(network(torch::ones({1, 3, 1, 1})).logits.numel(), 5);
}

}  // namespace
}  // namespace syncgap::networks
