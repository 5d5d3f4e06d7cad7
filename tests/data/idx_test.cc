#include "data/idx.h"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/made_up_idx.h"
#include "data/refusal.h"
#include "temporary_folder.h"

namespace syncgap::data {
namespace {

using made_up::Bytes;
using made_up::gzip;
using made_up::idx;
using testing::HasSubstr;

std::string image_refusal(const Bytes& bytes) {
  return refusal([&] {
    ByteReader file(bytes, "images");
    read_idx_images(file);
  });
}

std::string label_refusal(const Bytes& bytes, std::int64_t classes = 10) {
  return refusal([&] {
    ByteReader file(bytes, "labels");
    read_idx_labels(file, classes);
  });
}

Bytes pixels(std::size_t count) {
  Bytes out(count);
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<std::uint8_t>(37 * i);
  return out;
}

TEST(Idx, ReadsImagesOfThreeAndFourDimensions) {
  const Bytes bytes = idx({2, 3, 4}, pixels(24));
  ByteReader file(bytes, "images");
  const IdxImages images = read_idx_images(file);
  EXPECT_EQ(images.count, 2U);
  EXPECT_EQ(images.shape, (ImageShape{1, 3, 4}));
  EXPECT_EQ(images.pixels, pixels(24));

  const Bytes colour = idx({1, 3, 2, 2}, pixels(12));
  ByteReader second(colour, "images");
  EXPECT_EQ(read_idx_images(second).shape, (ImageShape{3, 2, 2}));
}

TEST(Idx, RawAndGzipFoldersGiveTheSameSet) {
  const Bytes images = idx({3, 2, 2}, pixels(12)), labels = idx({3}, {0, 9, 4});
  const TemporaryFolder raw, compressed;
  raw.write("train-images-idx3-ubyte", images);
  raw.write("train-labels-idx1-ubyte", labels);
  compressed.write("t10k-images-idx3-ubyte.gz", gzip(images));
  compressed.write("t10k-labels-idx1-ubyte.gz", gzip(labels));
  const ImageSet a = read_idx_folder(raw.path(), Part::train, 10);
  const ImageSet b = read_idx_folder(compressed.path(), Part::test, 10);
  EXPECT_EQ(a.labels(), (std::vector<std::int32_t>{0, 9, 4}));
  EXPECT_EQ(b.labels(), a.labels());
  std::vector<float> x(4), y(4);
  for (std::size_t i = 0; i < 3; ++i) {
    a.copy_image(i, x);
    b.copy_image(i, y);
    EXPECT_EQ(x, y);
    for (std::size_t k = 0; k < 4; ++k)
      EXPECT_EQ(x[k], static_cast<float>(pixels(12)[4 * i + k]) / 255.0F);
  }
}

TEST(Idx, EveryTruncationIsRefusedAtItsOffset) {
  const Bytes images = idx({2, 3, 4}, pixels(24)), labels = idx({5}, {1, 2, 3, 4, 5});
  for (std::size_t size = 0; size < images.size(); ++size)
    EXPECT_THAT(image_refusal(Bytes(images.begin(), images.begin() + size)),
                HasSubstr("ends too early (images, byte offset " + std::to_string(size)));
  for (std::size_t size = 0; size < labels.size(); ++size)
    EXPECT_THAT(label_refusal(Bytes(labels.begin(), labels.begin() + size)),
                HasSubstr("ends too early (labels, byte offset " + std::to_string(size)));
}

TEST(Idx, WrongHeadersAreRefused) {
  Bytes bytes = idx({2, 3, 4}, pixels(24));
  bytes[1] = 1;
  EXPECT_THAT(image_refusal(bytes), HasSubstr("not an IDX file (images, byte offset 0"));
  bytes = idx({2, 3, 4}, pixels(24));
  bytes[2] = 13;
  EXPECT_THAT(image_refusal(bytes),
              HasSubstr("not unsigned bytes (images, byte offset 2, element type 13"));
  EXPECT_THAT(image_refusal(idx({3}, {1, 2, 3})),
              HasSubstr("does not hold images (images, byte offset 3, 1 dimensions, not 3 or 4"));
  EXPECT_THAT(label_refusal(idx({2, 3, 4}, pixels(24))),
              HasSubstr("does not hold labels (labels, byte offset 3, 3 dimensions, not 1 or 2)"));
  Bytes real = idx({2}, {1, 2, 3, 4, 5, 6, 7, 8});
  real[2] = 13;
  EXPECT_THAT(label_refusal(real),
              HasSubstr("not whole numbers (labels, byte offset 2, element type "
                        "13)"));
  EXPECT_THAT(image_refusal(idx({0, 3, 4}, {})), HasSubstr("holds no pixels"));
  EXPECT_THAT(image_refusal(idx({2, 3, 0}, {})), HasSubstr("holds no pixels"));
  EXPECT_THAT(image_refusal(idx({2, 3, 4}, pixels(25))),
              HasSubstr("more in the file than its header says (images, byte offset 40"));
  EXPECT_THAT(label_refusal(idx({2}, {1, 2, 3})), HasSubstr("(labels, byte offset 10"));
}

TEST(Idx, AHeaderThatPromisesTooMuchCostsNothing) {
  // 2^32 - 1 images of 2^28 pixels: the file ends long before memory does.
  EXPECT_THAT(image_refusal(idx({0xffffffff, 1U << 14, 1U << 14}, pixels(100))),
              HasSubstr("ends too early (images, byte offset 116"));
  EXPECT_THAT(image_refusal(idx({1, 0xffffffff, 0xffffffff}, pixels(100))),
              HasSubstr("impossibly large (images, byte offset 12"));
  EXPECT_THAT(image_refusal(idx({1, 0xffffffff, 2, 2}, pixels(100))),
              HasSubstr("impossibly large"));
}

TEST(Idx, LabelsOutOfRangeAreRefusedWithTheirPlace) {
  const Bytes labels = idx({4}, {3, 9, 10, 2});
  EXPECT_THAT(label_refusal(labels), HasSubstr("out of range (labels, byte offset 10, label 10 of "
                                               "image 2, with 10 classes): set class_count"));
  EXPECT_EQ(label_refusal(labels, 11), "accepted");
}

TEST(Idx, MismatchedCountsAndMissingFilesAreRefused) {
  const TemporaryFolder folder;
  folder.write("train-images-idx3-ubyte", idx({2, 3, 4}, pixels(24)));
  auto read = [&] { read_idx_folder(folder.path(), Part::train, 10); };
  EXPECT_EQ(refusal(read), "images without labels (" + folder.path("train-images-idx3-ubyte") +
                               ", no train-labels-idx1-ubyte[.gz] beside it): put the file there");
  folder.write("train-labels-idx1-ubyte", idx({3}, {1, 2, 3}));
  EXPECT_THAT(refusal(read), HasSubstr("holds 2 images"));
  EXPECT_THAT(refusal([] { ByteReader file("/no/such/file"); }), HasSubstr("No such file"));
}

/// Labels as a table of 32-bit numbers, big-endian, as QMNIST has them.
Bytes table(const std::vector<std::vector<std::int32_t>>& rows) {
  Bytes elements;
  for (const auto& row : rows)
    for (const std::int32_t number : row)
      for (int shift = 24; shift >= 0; shift -= 8)
        elements.push_back(static_cast<std::uint8_t>(static_cast<std::uint32_t>(number) >> shift));
  Bytes out = idx(
      {static_cast<std::uint32_t>(rows.size()), static_cast<std::uint32_t>(rows.front().size())},
      elements);
  out[2] = 12;
  return out;
}

TEST(Idx, LabelsMayBeTheFirstColumnOfATableOfNumbers) {
  const Bytes labels = table({{7, 0, -1, 100000}, {2, 9, 9, 9}, {0, 1, 2, 3}});
  ByteReader file(labels, "labels");
  EXPECT_EQ(read_idx_labels(file, 10), (std::vector<std::int32_t>{7, 2, 0}));
  EXPECT_THAT(label_refusal(labels, 7), HasSubstr("byte offset 12, label 7 of image 0"));
  EXPECT_THAT(label_refusal(table({{1, 0}, {-3, 0}})),
              HasSubstr("byte offset 20, label -3 of image 1"));
  EXPECT_THAT(label_refusal(table({{256, 0}})), HasSubstr("label 256 of image 0"));
  Bytes bytes = idx({2}, {4, 0x80});
  bytes[2] = 9;
  EXPECT_THAT(label_refusal(bytes), HasSubstr("label -128 of image 1"));
  EXPECT_THAT(label_refusal(idx({2, 65}, Bytes(130))), HasSubstr("65 columns"));
}

TEST(Idx, DamagedGzipIsRefused) {
  const Bytes whole = gzip(idx({40, 8, 8}, pixels(2560)));
  const TemporaryFolder folder;
  auto read = [&](const Bytes& bytes) {
    folder.write("images.gz", bytes);
    return refusal([&] {
      ByteReader file(folder.path("images.gz"));
      read_idx_images(file);
    });
  };
  EXPECT_EQ(read(whole), "accepted");
  // Cut anywhere behind the two bytes by which gzip is recognised, checksum and length included.
  for (std::size_t size = 2; size < whole.size(); size += size < 40 ? 1 : 7)
    EXPECT_THAT(read(Bytes(whole.begin(), whole.begin() + size)), HasSubstr("byte offset")) << size;
  EXPECT_THAT(read(Bytes(whole.begin(), whole.end() - 1)), HasSubstr("byte offset"));
  Bytes flipped = whole;
  flipped[whole.size() - 6] ^= 1;  // the checksum
  EXPECT_THAT(read(flipped), HasSubstr("zlib says"));
  flipped = whole;
  flipped[whole.size() / 2] ^= 0x10;
  EXPECT_NE(read(flipped), "accepted");
}

TEST(Idx, ReadsFashionMnistWhenInstalled) {
  const std::string folder = "/usr/share/datasets/fashion-mnist";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "dataset-fashion-mnist is not installed";
  const ImageSet images = read_idx_folder(folder, Part::test, 10);
  EXPECT_EQ(images.count(), 10000U);
  EXPECT_EQ(images.shape(), (ImageShape{1, 28, 28}));
  std::vector<int> of_class(10);
  for (const std::int32_t label : images.labels()) ++of_class[label];
  EXPECT_EQ(of_class, std::vector<int>(10, 1000));
}

TEST(Idx, ReadsMnistWhereGiven) {
  const char* folder = std::getenv("SYNCGAP_MNIST_DIR");
  if (folder == nullptr) GTEST_SKIP() << "SYNCGAP_MNIST_DIR does not name a copy of MNIST";
  const ImageSet images = read_idx_folder(folder, Part::train, 10);
  EXPECT_EQ(images.count(), 60000U);
  std::vector<int> of_class(10);
  for (const std::int32_t label : images.labels()) ++of_class[label];
  EXPECT_EQ(of_class[1], 6742);
  EXPECT_EQ(of_class[8], 5851);
}

}  // namespace
}  // namespace syncgap::data
