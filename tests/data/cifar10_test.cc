#include "data/cifar10.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/refusal.h"
#include "temporary_folder.h"

namespace syncgap::data {
namespace {

using testing::HasSubstr;

std::vector<std::uint8_t> batch(const std::vector<std::uint8_t>& labels) {
  std::vector<std::uint8_t> out;
  for (const std::uint8_t label : labels) {
    out.push_back(label);
    for (std::size_t k = 0; k < 3072; ++k) out.push_back(static_cast<std::uint8_t>(label + k));
  }
  return out;
}

std::string refusal_of(const std::vector<std::uint8_t>& bytes) {
  return refusal([&] {
    ByteReader file(bytes, "batch");
    read_cifar10(file);
  });
}

TEST(Cifar10, ReadsRecords) {
  const auto bytes = batch({3, 9, 0});
  ByteReader file(bytes, "batch");
  const ImageSet images = read_cifar10(file);
  EXPECT_EQ(images.labels(), (std::vector<std::int32_t>{3, 9, 0}));
  EXPECT_EQ(images.shape(), (ImageShape{3, 32, 32}));
  std::vector<float> image(3072);
  images.copy_image(1, image);
  EXPECT_EQ(image[0], 9 / 255.0F);
  EXPECT_EQ(image[3071], static_cast<float>((9 + 3071) % 256) / 255.0F);
}

TEST(Cifar10, RefusesWhatIsNotAWholeNumberOfRecords) {
  const auto whole = batch({3, 9});
  for (const std::size_t size : {1UL, 2UL, 3072UL, 3074UL, 6145UL})
    EXPECT_THAT(refusal_of({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}),
                HasSubstr("ends too early (batch, byte offset " + std::to_string(size)));
  EXPECT_EQ(refusal_of({whole.begin(), whole.begin() + 3073}), "accepted");
  EXPECT_THAT(refusal_of({}), HasSubstr("holds no images"));
}

TEST(Cifar10, RefusesLabelsBeyondNine) {
  EXPECT_THAT(refusal_of(batch({3, 10})),
              HasSubstr("a label is out of range (batch, byte offset 3073, label 10 of image 1"));
}

TEST(Cifar10, TheTrainingPartIsFiveBatchesInOrder) {
  const TemporaryFolder folder;
  for (int i = 1; i <= 4; ++i)
    folder.write("data_batch_" + std::to_string(i) + ".bin",
                 batch({static_cast<std::uint8_t>(i), 0}));
  auto read = [&] { return read_cifar10_folder(folder.path(), Part::train); };
  EXPECT_THAT(refusal([&] { read(); }), HasSubstr("data_batch_5.bin"));
  folder.write("data_batch_5.bin", batch({5, 0}));
  EXPECT_EQ(read().labels(), (std::vector<std::int32_t>{1, 0, 2, 0, 3, 0, 4, 0, 5, 0}));
  folder.write("test_batch.bin", batch({7}));
  EXPECT_EQ(read_cifar10_folder(folder.path(), Part::test).labels(),
            (std::vector<std::int32_t>{7}));
}

}  // namespace
}  // namespace syncgap::data
