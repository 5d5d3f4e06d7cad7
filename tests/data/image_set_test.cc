#include "data/image_set.h"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace syncgap::data {
namespace {

TEST(ImageSet, TransposingExchangesRowsAndColumnsOfEveryChannel) {
  const std::vector<std::uint8_t> pixels{0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15};
  ImageSet images({2, 2, 3}, pixels, {1});
  images.transpose();
  EXPECT_EQ(images.shape(), (ImageShape{2, 3, 2}));
  std::vector<float> image(12);
  images.copy_image(0, image);
  const std::vector<int> expected{0, 3, 1, 4, 2, 5, 10, 13, 11, 14, 12, 15};
  for (std::size_t i = 0; i < 12; ++i)
    EXPECT_EQ(image[i], static_cast<float>(expected[i]) / 255.0F) << i;
}

}  // namespace
}  // namespace syncgap::data
