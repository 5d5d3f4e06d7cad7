#include "networks/classifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/random.h"
#include "error_text.h"
#include "networks/initialize.h"
#include "networks/weight_file.h"

namespace syncgap::networks {
namespace {

using ::testing::HasSubstr;
using torch::Tensor;

Classifier make(const ClassifierShape& shape) {
  Classifier network(shape);
  initialize(*network, RandomStream(3, "weights"));
  return network;
}

Tensor images(std::int64_t count, const ClassifierShape& shape) {
  torch::manual_seed(5);
  return torch::randn({count, shape.channels, shape.side, shape.side});
}

ClassifierShape residual() {
  ClassifierShape shape;
  shape.kind = ClassifierKind::resnet18;
  shape.width = 8;
  shape.side = 32;
  return shape;
}

TEST(Classifier, ResNet18HasThePublishedSize) {
  ClassifierShape shape;
  shape.kind = ClassifierKind::resnet18;
  shape.channels = 3;
  shape.side = 32;
  shape.width = 64;
  shape.classes = 10;
  // The usual count for 32 x 32 images; a group norm has as many parameters as a batch norm.
  EXPECT_EQ(parameter_count(*Classifier(shape)), 11173962);
  // He et al.'s own, for ImageNet.
  shape.stem = Stem::large;
  shape.side = 224;
  shape.classes = 1000;
  EXPECT_EQ(parameter_count(*Classifier(shape)), 11689512);
}

TEST(Classifier, CountsOfTheSmallNetwork) {
  ClassifierShape shape;
  shape.width = 8;
  shape.channels = 3;
  shape.side = 30;
  shape.classes = 5;
  const std::int64_t convolutions = 9 * (3 * 8 + 8 * 16 + 16 * 32), norms = 2 * (8 + 16 + 32);
  EXPECT_EQ(parameter_count(*Classifier(shape)), convolutions + norms + (32 * 64 + 1) * 5);
}

TEST(Classifier, GivesLogitsForEveryShape) {
  auto large = residual();
  large.stem = Stem::large;
  large.side = 64;
  ClassifierShape odd;
  odd.side = 27;
  odd.channels = 2;
  odd.classes = 7;
  for (const auto& shape : {ClassifierShape{}, residual(), large, odd}) {
    const auto logits = make(shape)->forward(images(3, shape));
    EXPECT_EQ(logits.sizes(), (std::vector<std::int64_t>{3, shape.classes})) << shape.text();
    EXPECT_TRUE(logits.isfinite().all().item<bool>()) << shape.text();
  }
}

TEST(Classifier, SymmetrisedLogitsAreEven) {
  for (auto shape : {ClassifierShape{}, residual()}) {
    auto plain = make(shape);
    shape.symmetry = SignSymmetry::symmetrised;
    auto even = make(shape);
    const auto x = images(4, shape);
    EXPECT_TRUE(torch::allclose(even->forward(x), even->forward(-x), 1e-4, 1e-5));
    EXPECT_FALSE(torch::allclose(plain->forward(x), plain->forward(-x), 1e-2, 1e-3));
    const auto mean = 0.5 * (plain->forward(x) + plain->forward(-x));
    EXPECT_TRUE(torch::allclose(even->forward(x), mean, 1e-4, 1e-5));
  }
}

TEST(Classifier, AImageIsJudgedAlone) {
  for (const auto& shape : {ClassifierShape{}, residual()}) {
    auto network = make(shape);
    const auto x = images(6, shape);
    EXPECT_TRUE(torch::allclose(network->forward(x)[2], network->forward(x.narrow(0, 2, 1))[0],
                                1e-4, 1e-5));
  }
}

TEST(Classifier, LogitsAreThoseOfItsFeaturesWhichAreNotNegative) {
  for (const ClassifierShape& shape : {ClassifierShape{}, residual()}) {
    auto network = make(shape);
    const torch::NoGradGuard no_grad;
    const auto x = images(3, shape);
    const auto features = network->features(x);
    EXPECT_EQ(features.size(0), 3);
    EXPECT_GE(features.min().item<float>(), 0);
    EXPECT_TRUE(torch::equal(network->logits_of(features), network(x)));
  }
}

TEST(Classifier, GradientsAreThoseOfFiniteDifferences) {
  auto shape = residual();
  shape.side = 8;
  shape.symmetry = SignSymmetry::symmetrised;
  auto network = make(shape);
  network->to(torch::kFloat64);
  const auto x = images(2, shape).to(torch::kFloat64);
  const auto labels = torch::tensor({0, 1}, torch::kInt64);
  const auto loss = [&] { return torch::cross_entropy_loss(network->forward(x), labels); };
  loss().backward();
  const torch::NoGradGuard no_grad;
  constexpr double kStep = 1e-6;
  for (auto& item : network->named_parameters()) {
    auto flat = item.value().view(-1);
    const auto place = flat.numel() / 2;
    const double gradient = item.value().grad().view(-1)[place].item<double>();
    flat[place] += kStep;
    const double above = loss().item<double>();
    flat[place] -= 2 * kStep;
    const double below = loss().item<double>();
    flat[place] += kStep;
    EXPECT_NEAR(gradient, (above - below) / (2 * kStep), 1e-6) << item.key();
  }
}

TEST(Classifier, WhatCannotBeMadeIsRefused) {
  ClassifierShape shape;
  shape.width = 12;
  EXPECT_THAT(error_text<InputError>([&] { Classifier{shape}; }),
              HasSubstr("classifier_width = 12"));
  shape = {};
  shape.classes = 1;
  EXPECT_THAT(error_text<InputError>([&] { Classifier{shape}; }), HasSubstr("two classes"));
  shape = {};
  shape.side = 3;
  EXPECT_THAT(error_text<InputError>([&] { Classifier{shape}; }), HasSubstr("1 x 3 x 3"));
}

}  // namespace
}  // namespace syncgap::networks
