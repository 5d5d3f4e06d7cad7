#include "data/plain_arrays.h"

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/refusal.h"

namespace syncgap::data {
namespace {

using testing::HasSubstr;

PlainArray labels(std::vector<std::int64_t> values) {
  const std::uint64_t count = values.size();
  return {"set.h5, dataset labels", {count}, std::move(values), 2048, 4};
}

PlainArray bytes(std::vector<std::uint64_t> extents) {
  std::size_t count = 1;
  for (const std::uint64_t extent : extents) count *= extent;
  std::vector<std::uint8_t> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<std::uint8_t>(i);
  return {"set.h5, dataset images", std::move(extents), std::move(values), 4096, 1};
}

std::string array_refusal(const PlainArray& images, const PlainArray& of) {
  return refusal([&] { images_from_arrays(images, of, 10); });
}

TEST(ImagesFromArrays, TakesEveryUsualOrderOfExtents) {
  EXPECT_EQ(images_from_arrays(bytes({2, 4, 5}), labels({1, 2}), 10).shape(),
            (ImageShape{1, 4, 5}));
  EXPECT_EQ(images_from_arrays(bytes({2, 3, 4, 5}), labels({1, 2}), 10).shape(),
            (ImageShape{3, 4, 5}));
  const ImageSet last = images_from_arrays(bytes({2, 4, 5, 3}), labels({1, 2}), 10);
  EXPECT_EQ(last.shape(), (ImageShape{3, 4, 5}));
  std::vector<float> image(60);
  last.copy_image(1, image);
  // Pixel (row 2, column 3), channel 1 of image 1 was entry 60 + (2 * 5 + 3) * 3 + 1.
  EXPECT_EQ(image[20 + 2 * 5 + 3], 100 / 255.0F);
}

TEST(ImagesFromArrays, LabelsMayBeAColumn) {
  PlainArray column = labels({1, 2});
  column.extents = {2, 1};
  EXPECT_EQ(images_from_arrays(bytes({2, 4, 5}), column, 10).labels(),
            (std::vector<std::int32_t>{1, 2}));
  column.extents = {1, 2};
  EXPECT_THAT(array_refusal(bytes({2, 4, 5}), column), HasSubstr("extents 1 x 2): give one label"));
}

TEST(ImagesFromArrays, FloatsMustLieBetweenZeroAndOne) {
  PlainArray images{
      "set.h5, dataset images", {2, 1, 2}, std::vector<float>{0, 0.5F, 1, 0.25F}, 4096, 8};
  const ImageSet set = images_from_arrays(images, labels({1, 2}), 10);
  std::vector<float> image(2);
  set.copy_image(1, image);
  EXPECT_EQ(image, (std::vector<float>{1, 0.25F}));
  for (const float bad : {-0.01F, 1.5F, NAN, INFINITY}) {
    std::get<std::vector<float>>(images.values)[3] = bad;
    EXPECT_THAT(array_refusal(images, labels({1, 2})),
                HasSubstr("a pixel is out of range (set.h5, dataset images, entry 3, byte offset "
                          "4120"));
  }
}

TEST(ImagesFromArrays, RefusesWhatDoesNotFit) {
  EXPECT_THAT(array_refusal(bytes({2, 4}), labels({1, 2})), HasSubstr("does not hold images"));
  EXPECT_THAT(array_refusal(bytes({2, 4, 5, 2}), labels({1, 2})),
              HasSubstr("extents 2 x 4 x 5 x 2"));
  EXPECT_THAT(array_refusal(bytes({2, 4, 5}), labels({1, 2, 3})),
              HasSubstr("do not belong together"));
  EXPECT_THAT(array_refusal(bytes({2, 4, 5}), labels({1, 10})),
              HasSubstr("a label is out of range (set.h5, dataset labels, entry 1, byte offset "
                        "2052, label 10"));
  EXPECT_THAT(array_refusal(bytes({2, 4, 5}), labels({-1, 1})), HasSubstr("label -1"));
  PlainArray wide{"set.h5, dataset images", {1, 1, 2}, std::vector<std::int64_t>{1, 2}, -1, 8};
  EXPECT_THAT(array_refusal(wide, labels({1})), HasSubstr("pixels have the wrong type"));
  PlainArray real{"set.h5, dataset labels", {1}, std::vector<float>{1}, -1, 4};
  EXPECT_THAT(array_refusal(bytes({1, 4, 5}), real), HasSubstr("labels are not integers"));
}

}  // namespace
}  // namespace syncgap::data
