#include "data/cifar.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/refusal.h"
#include "temporary_folder.h"
#include "tensor_files/made_up_files.h"

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
    read_cifar(file, Cifar::ten, 10);
  });
}

TEST(Cifar10, ReadsRecords) {
  const auto bytes = batch({3, 9, 0});
  ByteReader file(bytes, "batch");
  const ImageSet images = read_cifar(file, Cifar::ten, 10);
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

TEST(Cifar10, HasNoPartForValidation) {
  const TemporaryFolder folder;
  EXPECT_EQ(
      refusal([&] { read_cifar_folder(folder.path(), Cifar::ten, Part::validation, 10); }),
      "CIFAR has no part for validation (data_part = \"val\"): set data_part to train or test");
}

TEST(Cifar10, TheTrainingPartIsFiveBatchesInOrder) {
  const TemporaryFolder folder;
  for (int i = 1; i <= 4; ++i)
    folder.write("data_batch_" + std::to_string(i) + ".bin",
                 batch({static_cast<std::uint8_t>(i), 0}));
  auto read = [&] { return read_cifar_folder(folder.path(), Cifar::ten, Part::train, 10); };
  EXPECT_THAT(refusal([&] { read(); }), HasSubstr("data_batch_5.bin"));
  folder.write("data_batch_5.bin", batch({5, 0}));
  EXPECT_EQ(read().labels(), (std::vector<std::int32_t>{1, 0, 2, 0, 3, 0, 4, 0, 5, 0}));
  folder.write("test_batch.bin", batch({7}));
  EXPECT_EQ(read_cifar_folder(folder.path(), Cifar::ten, Part::test, 10).labels(),
            (std::vector<std::int32_t>{7}));
}

std::vector<std::uint8_t> hundred(const std::vector<std::uint8_t>& labels) {
  std::vector<std::uint8_t> out;
  for (const std::uint8_t label : labels) {
    out.push_back(19);
    const auto record = batch({label});
    out.insert(out.end(), record.begin(), record.end());
  }
  return out;
}

TEST(Cifar100, ItsLabelsAreThoseOfTheClassesOrOfTheSuperclasses) {
  const TemporaryFolder folder;
  folder.write("train.bin", hundred({3, 99}));
  folder.write("test.bin", hundred({57}));
  const auto read = [&](Part part, std::int64_t classes) {
    return read_cifar_folder(folder.path(), Cifar::hundred_fine, part, classes);
  };
  const ImageSet images = read(Part::train, 100);
  EXPECT_EQ(images.labels(), (std::vector<std::int32_t>{3, 99}));
  std::vector<float> image(3072);
  images.copy_image(1, image);
  EXPECT_EQ(image[1], 100 / 255.0F);
  EXPECT_EQ(read(Part::test, 100).labels(), (std::vector<std::int32_t>{57}));
  const auto coarse = [&](std::int64_t classes) {
    return read_cifar_folder(folder.path(), Cifar::hundred_coarse, Part::train, classes);
  };
  EXPECT_EQ(coarse(20).labels(), (std::vector<std::int32_t>{19, 19}));
  coarse(20).copy_image(1, image);
  EXPECT_EQ(image[1], 100 / 255.0F);
  EXPECT_THAT(refusal([&] { coarse(10); }),
              HasSubstr("byte offset 0, label 19 of image 0, with 10 classes)"));
  EXPECT_THAT(refusal([&] { read(Part::test, 10); }),
              HasSubstr("byte offset 1, label 57 of image 0, with 10 classes): set class_count to "
                        "the number of classes"));
}

/// A batch as Python 2 pickled it: a dict with labels and an array whose bytes are its state.
std::vector<std::uint8_t> pickled(const std::string& key, const std::vector<std::uint8_t>& labels,
                                  std::size_t image_bytes = 3072) {
  namespace made_up = tensor_files::made_up;
  std::string pixels(labels.size() * image_bytes, '\0');
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<char>(i % 251);
  // BINSTRING, which Python 2 writes for bytes.
  const std::string bytes = "T" + made_up::little<std::uint32_t>(pixels.size()) + pixels;
  const std::string array =
      made_up::call(made_up::global("numpy.core.multiarray", "_reconstruct"),
                    made_up::tuple({made_up::global("numpy", "ndarray"), made_up::numbers({0}),
                                    made_up::text("b")})) +
      made_up::tuple({made_up::number(1), "\x89", bytes}) + "b";
  std::string list = "](";
  for (const std::uint8_t label : labels) list += made_up::number(label);
  const std::string out = made_up::pickle(made_up::dict({{"data", array}, {key, list + "e"}}));
  return {out.begin(), out.end()};
}

TEST(CifarPickles, AreReadAsTheBinaryVersionIs) {
  const TemporaryFolder folder;
  for (int i = 1; i <= 5; ++i)
    folder.write("data_batch_" + std::to_string(i),
                 pickled("labels", {static_cast<std::uint8_t>(i), 0}));
  const ImageSet images = read_cifar_folder(folder.path(), Cifar::ten, Part::train, 10);
  EXPECT_EQ(images.labels(), (std::vector<std::int32_t>{1, 0, 2, 0, 3, 0, 4, 0, 5, 0}));
  std::vector<float> image(3072);
  images.copy_image(9, image);
  EXPECT_EQ(image[5], static_cast<float>((3072 + 5) % 251) / 255.0F);
  EXPECT_TRUE(has_cifar_files(folder.path(), Cifar::ten, Part::train));
  EXPECT_FALSE(has_cifar_files(folder.path(), Cifar::ten, Part::test));
  folder.write("test", pickled("fine_labels", {99}));
  EXPECT_EQ(read_cifar_folder(folder.path(), Cifar::hundred_fine, Part::test, 100).labels(),
            (std::vector<std::int32_t>{99}));
}

TEST(CifarPickles, AreRefusedWhereTheyAreNoBatch) {
  const TemporaryFolder folder;
  const auto message = [&](const std::vector<std::uint8_t>& bytes, std::int64_t classes = 100) {
    folder.write("train", bytes);
    return refusal(
        [&] { read_cifar_folder(folder.path(), Cifar::hundred_fine, Part::train, classes); });
  };
  EXPECT_THAT(message(pickled("fine_labels", {7, 57}), 10),
              HasSubstr("label 57 of image 1, with 10 classes"));
  EXPECT_THAT(message(pickled("labels", {7})),
              HasSubstr("this is no batch of CIFAR-100 (" + folder.path("train") +
                        ", it is a dict of data, labels, without fine_labels)"));
  EXPECT_THAT(message(pickled("fine_labels", {7}, 100)),
              HasSubstr("it has 1 labels and no array of as many images"));
  const auto whole = pickled("fine_labels", {7});
  for (const std::size_t size : {0UL, 1UL, 40UL, 2000UL, whole.size() - 1})
    EXPECT_THAT(message({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}),
                testing::Not(HasSubstr("accepted")))
        << size;
}

}  // namespace
}  // namespace syncgap::data
