#include "networks/dit_embeddings.h"

#include <cmath>

#include <gtest/gtest.h>

#include "networks/dit_shape.h"
#include "networks/mixed_precision.h"

namespace syncgap::networks {
namespace {

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
