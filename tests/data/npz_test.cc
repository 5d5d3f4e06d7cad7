#include "data/npz.h"

#include <cstring>
#include <string>
#include <vector>
#include <zlib.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/refusal.h"
#include "temporary_folder.h"
#include "tensor_files/made_up_files.h"

namespace syncgap::data {
namespace {

using testing::HasSubstr;

std::string npy(const std::string& type, const std::string& shape, const std::string& values,
                const char* order = "False") {
  std::string header =
      "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': (" + shape + "), }";
  header.resize(118, ' ');
  return std::string("\x93NUMPY\x01\0", 8) + std::string("\x76\0", 2) + header + values;
}

std::string deflated(const std::string& plain) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(plain.size() + 100, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct Array {
  std::string name, bytes;
};

/// A zip file as numpy.savez (or savez_compressed) writes it.
std::vector<std::uint8_t> npz(const std::vector<Array>& arrays, bool compressed = false) {
  std::vector<tensor_files::made_up::ZipPart> parts;
  for (const auto& [name, bytes] : arrays) {
    if (compressed)
      parts.push_back(
          {.name = name, .content = deflated(bytes), .method = 8, .plain = bytes.size()});
    else
      parts.push_back({.name = name, .content = bytes});
  }
  const std::string file = tensor_files::made_up::zip(parts);
  return {file.begin(), file.end()};
}

std::string pixel_bytes(std::size_t count) {
  std::string out(count, '\0');
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<char>(7 * i);
  return out;
}

std::string longs(const std::vector<std::int64_t>& values) {
  std::string out(values.size() * 8, '\0');
  std::memcpy(out.data(), values.data(), out.size());
  return out;
}

/// The arrays of a small set as MedMNIST has them: colour last, labels a column.
std::vector<Array> medical() {
  return {{"train_images.npy", npy("|u1", "2, 4, 5, 3", pixel_bytes(120))},
          {"train_labels.npy", npy("|u1", "2, 1", std::string("\x01\x08", 2))},
          {"val_images.npy", npy("|u1", "1, 4, 5, 3", std::string(60, '\x66'))},
          {"val_labels.npy", npy("|u1", "1, 1", "\x03")},
          {"test_images.npy", npy("|u1", "1, 4, 5, 3", pixel_bytes(60))},
          {"test_labels.npy", npy("<i8", "1, 1", longs({7}))}};
}

TEST(Npz, MedMnistIsReadPackedOrNot) {
  for (const bool compressed : {false, true}) {
    const TemporaryFolder folder;
    const std::string path = folder.path("bloodmnist.npz");
    folder.write("bloodmnist.npz", npz(medical(), compressed));
    const ImageSet images = read_npz(path, Part::train, 10);
    EXPECT_EQ(images.shape(), (ImageShape{3, 4, 5}));
    EXPECT_EQ(images.labels(), (std::vector<std::int32_t>{1, 8}));
    std::vector<float> image(60);
    images.copy_image(1, image);
    // Row 2, column 3, channel 1 of image 1.
    EXPECT_EQ(image[20 + 2 * 5 + 3], static_cast<float>(7 * (60 + 13 * 3 + 1) % 256) / 255.0F);
    EXPECT_EQ(read_npz(path, Part::test, 10).labels(), (std::vector<std::int32_t>{7}));
    const ImageSet validation = read_npz(path, Part::validation, 10);
    EXPECT_EQ(validation.labels(), (std::vector<std::int32_t>{3}));
    validation.copy_image(0, image);
    EXPECT_EQ(image[0], 0.4F);
    EXPECT_EQ(peek_npz(path, Part::train).count, 2);
    EXPECT_EQ(peek_npz(path, Part::validation).count, 1);
    EXPECT_EQ(peek_npz(path, Part::train).shape, (ImageShape{3, 4, 5}));
    EXPECT_TRUE(has_npz_part(path, Part::test));
    EXPECT_THAT(refusal([&] { read_npz(path, Part::train, 8); }),
                HasSubstr("array train_labels.npy, entry 1, label 8, with 8 classes"));
  }
}

TEST(Npz, KerasNamesAreKnown) {
  const TemporaryFolder folder;
  folder.write("mnist.npz", npz({{"x_train.npy", npy("|u1", "3, 2, 2", pixel_bytes(12))},
                                 {"y_train.npy", npy("|u1", "3,", std::string("\x05\0\x04", 3))}}));
  const std::string path = folder.path("mnist.npz");
  EXPECT_EQ(read_npz(path, Part::train, 10).labels(), (std::vector<std::int32_t>{5, 0, 4}));
  EXPECT_FALSE(has_npz_part(path, Part::test));
  EXPECT_EQ(refusal([&] { read_npz(path, Part::test, 10); }),
            "the file has no images of the part test (" + path +
                ", which holds x_train.npy, y_train.npy): set data_part to a part it has, or "
                "store them as test_images");
}

/// The bytes of each number in the other order.
template <class Number>
std::string big_endian(const std::vector<Number>& values) {
  std::string out;
  for (const Number value : values) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    out.append(bytes.rbegin(), bytes.rend());
  }
  return out;
}

TEST(Npz, NumbersMayHaveTheirHighestByteFirst) {
  const TemporaryFolder folder;
  const std::string path = folder.path("set.npz");
  const std::vector<float> pixels{0.25F, 1, 0.1F, 0};
  const std::vector<double> wide(pixels.begin(), pixels.end());
  const auto check = [&](const std::string& images, const std::string& labels) {
    folder.write("set.npz", npz({{"train_images.npy", images}, {"train_labels.npy", labels}}));
    const ImageSet set = read_npz(path, Part::train, 300);
    EXPECT_EQ(set.labels(), (std::vector<std::int32_t>{258, 3}));
    std::vector<float> image(2);
    for (std::size_t i = 0; i < 2; ++i) {
      set.copy_image(i, image);
      EXPECT_EQ(image, (std::vector<float>{pixels[2 * i], pixels[2 * i + 1]}));
    }
  };
  check(npy(">f4", "2, 1, 2", big_endian(pixels)),
        npy(">i8", "2,", big_endian<std::int64_t>({258, 3})));
  check(npy(">f8", "2, 1, 2", big_endian(wide)),
        npy(">u2", "2,", big_endian<std::uint16_t>({258, 3})));
  check(npy(">f8", "2, 1, 2", big_endian(wide)),
        npy(">i4", "2, 1", big_endian<std::int32_t>({258, 3})));
}

TEST(Npz, WhatCannotBeReadIsRefusedByName) {
  const TemporaryFolder folder;
  const auto message = [&](const std::vector<std::uint8_t>& bytes) {
    folder.write("set.npz", bytes);
    return refusal([&] { read_npz(folder.path("set.npz"), Part::train, 10); });
  };
  const auto of = [&](const std::string& images) {
    return message(npz({{"train_images.npy", images},
                        {"train_labels.npy", npy("|u1", "2,", std::string("\x01\x02", 2))}}));
  };
  EXPECT_EQ(of(npy("|u1", "2, 2, 2", pixel_bytes(8))), "accepted");
  EXPECT_THAT(of(npy("|u1", "2, 2, 2", pixel_bytes(7))),
              HasSubstr("set.npz, array train_images.npy, its header says 8 values of 1 bytes, "
                        "there are 7 bytes)"));
  EXPECT_THAT(of(npy("|O", "2, 2, 2", pixel_bytes(8))), HasSubstr("its values are of type |O"));
  EXPECT_THAT(of(npy(">f2", "2, 2, 2", pixel_bytes(16))),
              HasSubstr("its values are of type >f2, not whole numbers of 1 to 8 bytes or reals of "
                        "4 or 8)"));
  EXPECT_THAT(of(npy("<u2", "2, 2, 2", pixel_bytes(16))),
              HasSubstr("set.npz, array train_images.npy, whole numbers of 2 bytes)"));
  EXPECT_THAT(of(npy("|u1", "2, 2, 2", pixel_bytes(8), "True")), HasSubstr("stored by columns"));
  EXPECT_THAT(of(npy("|u1", "2, 0, 2", "")), HasSubstr("empty or impossibly large"));
  EXPECT_THAT(of(npy("|u1", "2, 99999999999, 99999999999", "")), HasSubstr("impossibly large"));
  EXPECT_THAT(of("no array at all"), HasSubstr("it is no NumPy array"));
  EXPECT_THAT(message({1, 2, 3}),
              HasSubstr("cannot be read as images in an .npz file (" + folder.path("set.npz")));
  const auto whole = npz(medical(), true);
  for (std::size_t size = 0; size < whole.size(); size += 11)
    EXPECT_NE(message({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}),
              "accepted")
        << size;
  for (std::size_t at = 30; at < whole.size(); at += 5) {
    auto flipped = whole;
    flipped[at] ^= 0x15;
    message(flipped);  // read or refused, nothing else
  }
  EXPECT_THAT(refusal([&] { read_npz(folder.path(), Part::train, 10); }),
              HasSubstr("an .npz file is not there (" + folder.path() +
                        ", which holds set.npz): set data_path = \"" + folder.path("set.npz")));
}

}  // namespace
}  // namespace syncgap::data
