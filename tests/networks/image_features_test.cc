#include "networks/image_features.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "error_text.h"
#include "networks/pretrained_formula.h"
#include "networks/pretrained_golden.h"

namespace syncgap::networks {
namespace {

using ::testing::HasSubstr;
using torch::Tensor;

constexpr FeatureOptions kV1{FeatureWeights::v1, FeaturePreprocessing::transforms};
constexpr FeatureOptions kV2{FeatureWeights::v2, FeaturePreprocessing::transforms};
constexpr FeatureOptions kPlain{FeatureWeights::v2, FeaturePreprocessing::plain};

void expect_preprocessed(torch::IntArrayRef shape, const FeatureOptions& options,
                         const std::vector<double>& expected) {
  for (const auto type : {torch::kFloat64, torch::kFloat32}) {
    const auto out = preprocess(made_up_images(shape).to(type), options);
    EXPECT_EQ(out.sizes(), (std::vector<std::int64_t>{shape[0], 3, 224, 224}));
    EXPECT_EQ(out.scalar_type(), type);
    expect_golden(out, 1499, expected, type == torch::kFloat64 ? 1e-9 : 1e-5);
  }
}

TEST(ImageFeatures, PreprocessingAgreesWithAnIndependentImplementation) {
  expect_preprocessed({1, 3, 300, 347}, kV1, k_preprocessed_v1);
  expect_preprocessed({1, 3, 301, 268}, kV2, k_preprocessed_v2);
  expect_preprocessed({2, 1, 28, 35}, kV2, k_preprocessed_grey);
  expect_preprocessed({1, 3, 300, 347}, kPlain, k_preprocessed_plain);
}

TEST(ImageFeatures, AConstantStaysOneWhenResized) {
  for (const auto& [height, width] : {std::pair{37, 50}, {5, 3}, {1, 1}, {224, 301}})
    for (const auto& [to_height, to_width] : {std::pair{11, 13}, {50, 7}, {1, 1}, {64, 64}}) {
      const auto constant = torch::full({1, 2, height, width}, 0.7, torch::kFloat64);
      const auto out = antialiased_resize(constant, to_height, to_width);
      EXPECT_EQ(out.sizes(), (std::vector<std::int64_t>{1, 2, to_height, to_width}));
      EXPECT_LT((out - 0.7).abs().max().item<double>(), 1e-14);
    }
}

/// Away from the edges, what is moved by three old pixels is moved by one new one.
TEST(ImageFeatures, AMovedImageIsAMovedSmallerImage) {
  const auto wide = made_up_images({1, 1, 60, 66});
  const auto left = antialiased_resize(wide.narrow(3, 0, 60).contiguous(), 20, 20);
  const auto right = antialiased_resize(wide.narrow(3, 3, 60).contiguous(), 20, 20);
  const auto inner = [](const Tensor& x, std::int64_t from) { return x.narrow(3, from, 17); };
  EXPECT_LT((inner(left, 2) - inner(right, 1)).abs().max().item<double>(), 1e-12);
  EXPECT_GT((inner(left, 1) - inner(right, 1)).abs().max().item<double>(), 1e-2);
}

/// Of stripes a pixel wide a third as many pixels should see nothing; without the filter they do.
TEST(ImageFeatures, FineDetailIsAveragedNotAliased) {
  const auto stripes =
      torch::cos(torch::arange(0, 696, torch::kFloat64) * M_PI).view({1, 1, 1, -1});
  const auto image = stripes.expand({1, 3, 696, 696});
  const auto deviation = torch::tensor({0.229, 0.224, 0.225}, torch::kFloat64).view({3, 1, 1});
  const auto grey = preprocess(torch::zeros({1, 3, 8, 8}, torch::kFloat64), kV2);
  const auto seen = ((preprocess(image, kV2) - grey) * deviation).abs().max().item<double>();
  const auto aliased = ((preprocess(image, kPlain) - grey) * deviation).abs().max().item<double>();
  EXPECT_LT(seen, 0.5 / 8);
  EXPECT_GT(aliased, 0.4);
}

TEST(ImageFeatures, TheShorterSideIsResizedAndTheRatioKept) {
  const auto sides = [](std::int64_t height, std::int64_t width, std::int64_t side) {
    const auto out = resize_shorter_side(torch::zeros({1, 1, height, width}), side);
    return std::pair{out.size(2), out.size(3)};
  };
  EXPECT_EQ(sides(512, 512, 232), (std::pair<std::int64_t, std::int64_t>{232, 232}));
  EXPECT_EQ(sides(331, 347, 232), (std::pair<std::int64_t, std::int64_t>{232, 243}));
  EXPECT_EQ(sides(347, 331, 232), (std::pair<std::int64_t, std::int64_t>{243, 232}));
  EXPECT_EQ(sides(28, 28, 256), (std::pair<std::int64_t, std::int64_t>{256, 256}));
  const auto same = made_up_images({1, 3, 256, 300});
  EXPECT_TRUE(resize_shorter_side(same, 256).is_same(same));
}

/// An odd number is halved towards the even neighbour: 5.5 to 6, 4.5 to 4.
TEST(ImageFeatures, TheCentreIsCutOutAsPublished) {
  const auto image = torch::arange(30.0).view({1, 1, 1, 30}).expand({1, 1, 30, 30});
  const auto first = [&](std::int64_t side) {
    return crop_centre(image, side)[0][0][0][0].item<double>();
  };
  EXPECT_EQ(first(30), 0);
  EXPECT_EQ(first(28), 1);
  EXPECT_EQ(first(29), 0);  // 0.5
  EXPECT_EQ(first(27), 2);  // 1.5
  EXPECT_EQ(first(21), 4);  // 4.5
  EXPECT_EQ(first(19), 6);  // 5.5
  EXPECT_THAT(error_text<InputError>([&] { crop_centre(image, 31); }), HasSubstr("31 x 31"));
}

TEST(ImageFeatures, AnImageOfV1sSideIsCutAndNotResized) {
  const auto image = made_up_images({1, 3, 256, 256});
  const auto out = preprocess(image, kV1);
  const auto cut = image.slice(2, 16, 240).slice(3, 16, 240).clamp(-1, 1);
  const auto red = ((cut.select(1, 0) + 1) / 2 - 0.485) / 0.229;
  EXPECT_LT((out.select(1, 0) - red).abs().max().item<double>(), 1e-14);
}

TEST(ImageFeatures, OneColourIsThreeAndValuesEndAtOne) {
  const auto grey = made_up_images({2, 1, 40, 50});
  for (const auto& options : {kV1, kV2, kPlain}) {
    const auto once = preprocess(grey, options);
    const auto three = preprocess(grey.expand({2, 3, 40, 50}), options);
    EXPECT_LT((once - three).abs().max().item<double>(), 1e-13);
    EXPECT_TRUE(torch::equal(once, preprocess(grey.clamp(-1, 1), options)));
    EXPECT_FALSE(torch::equal(once, preprocess(grey / 2, options)));
    EXPECT_EQ(preprocess(grey.slice(0, 0, 0), options).sizes(),
              (std::vector<std::int64_t>{0, 3, 224, 224}));
  }
}

TEST(ImageFeatures, AreWhatTheNetworkSeesInWhatItIsGiven) {
  ResNet50 network(ResNet50Shape{.blocks = {1, 1, 1, 1}, .width = 4, .classes = 3});
  fill_by_formula(*network);
  const auto image = made_up_images({1, 3, 64, 70}).to(torch::kFloat32);
  const auto seen = image_features(network, image, kV2);
  EXPECT_TRUE(torch::equal(seen.features, network(preprocess(image, kV2)).features));
  EXPECT_GT(distance(image_features(network, image, kPlain).features, seen.features), 1e-4);
}

TEST(ImageFeatures, WhatIsNoImageIsRefused) {
  for (const auto& x : {torch::ones({1, 2, 40, 40}), torch::ones({3, 40, 40}),
                        torch::ones({1, 3, 40, 0}), torch::ones({1, 3, 40, 40}, torch::kInt64)})
    EXPECT_THAT(error_text<InputError>([&] { preprocess(x, kV2); }),
                HasSubstr("expected (B, 1 or 3, H, W)"));
}

}  // namespace
}  // namespace syncgap::networks
