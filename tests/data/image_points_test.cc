#include "data/image_points.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "core/check.h"

namespace syncgap::data {
namespace {

/// 90 images of 2 x 3 x 4 pixels with labels 0, 1, 2, 0, 1, 2, ...
ImageSet some_images() {
  const ImageShape shape{2, 3, 4};
  std::vector<std::uint8_t> pixels(90 * shape.size());
  std::vector<std::int32_t> labels;
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * i / 7);
  for (int i = 0; i < 90; ++i) labels.push_back(i % 3);
  return {shape, pixels, labels};
}

const RandomStream kStream(5, "images");
const std::vector<std::int32_t> kClasses = {2, 0};

TEST(ChooseImages, TakesTheSameNumberOfEachClass) {
  const ImageSet images = some_images();
  for (const Subset subset : {Subset::first, Subset::random}) {
    const auto chosen = choose_images(images, kClasses, 25, subset, kStream);
    ASSERT_EQ(chosen.size(), 25U);
    EXPECT_TRUE(std::is_sorted(chosen.begin(), chosen.end()));
    EXPECT_EQ(std::adjacent_find(chosen.begin(), chosen.end()), chosen.end());
    const auto of_class = [&](std::int32_t wanted) {
      return std::count_if(chosen.begin(), chosen.end(),
                           [&](std::uint32_t i) { return images.label(i) == wanted; });
    };
    EXPECT_EQ(of_class(2), 13);
    EXPECT_EQ(of_class(0), 12);
  }
}

TEST(ChooseImages, FirstMeansFirstAndZeroMeansAll) {
  const ImageSet images = some_images();
  EXPECT_EQ(choose_images(images, kClasses, 4, Subset::first, kStream),
            (std::vector<std::uint32_t>{0, 2, 3, 5}));
  EXPECT_EQ(choose_images(images, kClasses, 0, Subset::random, kStream).size(), 60U);
}

TEST(ChooseImages, DrawsDependOnTheStreamAloneAndAreNested) {
  const ImageSet images = some_images();
  const auto large = choose_images(images, kClasses, 40, Subset::random, kStream);
  const auto small = choose_images(images, kClasses, 20, Subset::random, kStream);
  EXPECT_TRUE(std::includes(large.begin(), large.end(), small.begin(), small.end()));
  EXPECT_EQ(small, choose_images(images, kClasses, 20, Subset::random, RandomStream(5, "images")));
  EXPECT_NE(small, choose_images(images, kClasses, 20, Subset::random, RandomStream(6, "images")));
}

TEST(ChooseImages, RefusesMoreThanThereIs) {
  const ImageSet images = some_images();
  EXPECT_THROW(choose_images(images, kClasses, 62, Subset::first, kStream), InputError);
  const std::vector<std::int32_t> absent = {7};
  EXPECT_THROW(choose_images(images, absent, 0, Subset::first, kStream), InputError);
}

TEST(MakePoints, PadsAllAroundAndTakesTheMeanOffEachChannel) {
  const ImageSet images = some_images();
  const std::vector<std::uint32_t> chosen = {4, 17, 60};
  const auto points = make_points<double>(images, chosen, {7, 0});
  EXPECT_EQ(points.shape, (ImageShape{2, 7, 7}));
  ASSERT_EQ(points.values.size(), 3 * 98U);
  for (std::size_t c = 0; c < 2; ++c) {
    double sum = 0;
    for (std::size_t i = 0; i < 3; ++i)
      sum += std::accumulate(points.values.begin() + i * 98 + c * 49,
                             points.values.begin() + i * 98 + (c + 1) * 49, 0.0);
    EXPECT_NEAR(sum, 0, 1e-12);
  }
  std::vector<float> image(24);
  images.copy_image(17, image);
  // Three rows in seven start at row 2, four columns in seven at column 1.
  for (std::size_t h = 0; h < 7; ++h)
    for (std::size_t w = 0; w < 7; ++w) {
      const bool inside = h >= 2 && h < 5 && w >= 1 && w < 5;
      const double pixel = inside ? static_cast<double>(image[12 + (h - 2) * 4 + w - 1]) : 0.0;
      EXPECT_NEAR(points.values[98 + 49 + h * 7 + w] + points.channel_mean[1], pixel, 1e-15);
    }
}

TEST(MakePoints, KeepsTheFirstChannelsAndTheSizeAsAsked) {
  const ImageSet images = some_images();
  const std::vector<std::uint32_t> chosen = {4, 17};
  const auto all = make_points<float>(images, chosen, {});
  const auto first = make_points<float>(images, chosen, {0, 1});
  EXPECT_EQ(all.shape, (ImageShape{2, 3, 4}));
  EXPECT_EQ(first.shape, (ImageShape{1, 3, 4}));
  for (std::size_t k = 0; k < 12; ++k) EXPECT_EQ(first.values[12 + k], all.values[24 + k]);
  EXPECT_THROW(make_points<float>(images, chosen, {3, 0}), InputError);
  EXPECT_THROW(make_points<float>(images, chosen, {0, 3}), InputError);
}

TEST(Checksum, KnowsEveryPixelAndLabel) {
  const ImageSet images = some_images();
  const std::vector<std::uint32_t> a = {1, 2, 3}, b = {1, 2, 4};
  EXPECT_EQ(checksum(images, a), checksum(images, a));
  EXPECT_NE(checksum(images, a), checksum(images, b));
}

}  // namespace
}  // namespace syncgap::data
