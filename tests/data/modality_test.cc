#include "data/modality.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/random.h"
#include "error_text.h"

namespace syncgap::data {
namespace {

using ::testing::Each;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

constexpr ImageShape kShape{2, 9, 11};

std::vector<float> random_image(std::uint64_t trial) {
  std::vector<float> image(kShape.size());
  RandomStream(1, "images").fill_uniforms<float>(trial, 0, image);
  return image;
}

std::vector<float> transformed(Modality modality, const std::vector<float>& image) {
  std::vector<float> out(image.size(), -1.0F);
  transform_image(modality, kShape, image, out);
  return out;
}

const Modality kAll[] = {Modality::edge,    Modality::inversion, Modality::dilation,
                         Modality::erosion, Modality::blur,      Modality::identity};

TEST(TransformImage, StaysBetweenBlackAndWhite) {
  for (const Modality modality : kAll)
    for (const float value : transformed(modality, random_image(0))) {
      EXPECT_GE(value, 0.0F);
      EXPECT_LE(value, 1.0F + 1e-6F);
    }
}

TEST(TransformImage, OfAFlatImageIsFlatAlsoAtTheBorder) {
  const std::vector<float> flat(kShape.size(), 0.25F);
  EXPECT_THAT(transformed(Modality::edge, flat), Each(0.0F));
  EXPECT_THAT(transformed(Modality::inversion, flat), Each(0.75F));
  for (const Modality modality : {Modality::dilation, Modality::erosion, Modality::identity})
    EXPECT_THAT(transformed(modality, flat), Each(0.25F));
  for (const float value : transformed(Modality::blur, flat)) EXPECT_NEAR(value, 0.25F, 1e-6F);
}

TEST(TransformImage, DilationAndErosionAreDual) {
  const auto image = random_image(1);
  auto inverse = transformed(Modality::inversion, image);
  const auto eroded = transformed(Modality::erosion, inverse);
  const auto dilated = transformed(Modality::dilation, image);
  for (std::size_t i = 0; i < image.size(); ++i) {
    EXPECT_NEAR(dilated[i], 1.0F - eroded[i], 1e-6F);
    EXPECT_GE(dilated[i], image[i]);
  }
  EXPECT_THAT(transformed(Modality::inversion, inverse),
              ::testing::Pointwise(::testing::FloatNear(1e-6F), image));
}

TEST(TransformImage, EdgeOfAStepIsWhereTheStepIs) {
  std::vector<float> step(kShape.size());
  for (std::size_t i = 0; i < step.size(); ++i) step[i] = i % kShape.width < 5 ? 0.0F : 0.125F;
  const auto edges = transformed(Modality::edge, step);
  for (std::size_t i = 0; i < step.size(); ++i) {
    const std::size_t column = i % kShape.width;
    EXPECT_FLOAT_EQ(edges[i], column == 4 || column == 5 ? 0.5F : 0.0F);
  }
}

TEST(TransformImage, BlurOfAPointIsAGaussianOfUnitVariance) {
  constexpr ImageShape shape{1, 15, 15};
  std::vector<float> point(shape.size()), out(shape.size());
  point[7 * 15 + 7] = 1.0F;
  transform_image(Modality::blur, shape, point, out);
  double mass = 0, variance = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    mass += out[i];
    variance += out[i] * std::pow(static_cast<double>(i % 15) - 7.0, 2);
  }
  EXPECT_NEAR(mass, 1.0, 1e-6);
  EXPECT_NEAR(variance, 1.0, 0.05);  // a little is cut off at three pixels
}

TEST(TransformImage, CommutesWithMirrors) {
  const auto image = random_image(2);
  const auto mirrored = [](std::vector<float> values) {
    for (std::size_t row = 0; row < kShape.channels * kShape.height; ++row)
      std::reverse(values.begin() + static_cast<std::ptrdiff_t>(row * kShape.width),
                   values.begin() + static_cast<std::ptrdiff_t>((row + 1) * kShape.width));
    return values;
  };
  for (const Modality modality : kAll)
    EXPECT_THAT(
        transformed(modality, mirrored(image)),
        ::testing::Pointwise(::testing::FloatNear(1e-6F), mirrored(transformed(modality, image))));
}

TEST(TransformImage, EveryTransformHasAWord) {
  const auto words = kModalities.words();
  ASSERT_EQ(words.size(), std::size(kAll));
  for (std::size_t i = 0; i < words.size(); ++i) EXPECT_EQ(kModalities.value(words[i]), kAll[i]);
}

}  // namespace
}  // namespace syncgap::data
