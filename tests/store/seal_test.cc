#include "store/seal.h"

#include <filesystem>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_text.h"
#include "store/hdf5.h"
#include "store/small_record.h"

namespace syncgap::store {
namespace {

using testing::HasSubstr;

/// A file that looks like HDF5 to the seal: the signature, then 1000 bytes.
class SealTest : public testing::Test {
 protected:
  SealTest() {
    std::ofstream file(path_, std::ios::binary);
    file.write("\211HDF\r\n\032\n", 8);
    for (int i = 8; i < 1000; ++i) file.put(static_cast<char>(i));
  }
  std::string refusal() const {
    return error_text<RecordError>([&] { check_seal(path_); });
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.path("file.h5");
};

TEST_F(SealTest, GivesBackLengthAndRanges) {
  write_seal(path_, {{500, 100}, {100, 50}, {700, 0}});
  const Seal seal = check_seal(path_);
  EXPECT_EQ(seal.hdf5_length, 1000U);
  EXPECT_THAT(seal.mutable_ranges, testing::ElementsAre(ByteRange{100, 50}, ByteRange{500, 100}));
}

TEST_F(SealTest, AFlippedBitIsFoundExceptInTheCells) {
  write_seal(path_, {{100, 50}, {500, 100}});
  const auto length = std::filesystem::file_size(path_);
  for (std::uint64_t at = 0; at < length; ++at) {
    flip_bit(path_, at);
    const bool cell = (at >= 100 && at < 150) || (at >= 500 && at < 600);
    if (cell)
      EXPECT_NO_THROW(check_seal(path_)) << at;
    else
      EXPECT_THROW(check_seal(path_), RecordError) << at;
    flip_bit(path_, at);
  }
}

TEST_F(SealTest, EveryTruncationIsFound) {
  write_seal(path_, {{100, 50}});
  const std::string copy = folder_.path("cut.h5");
  const auto length = std::filesystem::file_size(path_);
  for (std::uint64_t left = 0; left < length; left += left < 1000 ? 13 : 1) {
    std::filesystem::copy_file(path_, copy, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(copy, left);
    EXPECT_THROW(check_seal(copy), RecordError) << left;
  }
}

TEST_F(SealTest, TrailingBytesAreFound) {
  write_seal(path_, {{100, 50}});
  std::ofstream(path_, std::ios::app | std::ios::binary).put('x');
  EXPECT_THAT(refusal(), HasSubstr("its seal is missing"));
}

TEST_F(SealTest, MessagesTellWhatIsWrong) {
  EXPECT_THAT(refusal(), HasSubstr("its seal is missing"));
  write_seal(path_, {{100, 50}});
  flip_bit(path_, 300);
  EXPECT_THAT(refusal(), HasSubstr("its structure does not match its checksum"));
  const std::string text = folder_.path("text.h5");
  std::ofstream(text) << "hello, this is not a record at all, although its name ends in .h5";
  EXPECT_THAT(error_text<RecordError>([&] { check_seal(text); }),
              HasSubstr("it is not an HDF5 file"));
  std::ofstream(folder_.path("empty.h5")).flush();
  EXPECT_THAT(error_text<RecordError>([&] { check_seal(folder_.path("empty.h5")); }),
              HasSubstr("it is not an HDF5 file"));
}

TEST_F(SealTest, SurvivesWhateverStandsAtTheEnd) {
  // Footers of random bytes behind the right magic: refused, never followed out of the file.
  std::mt19937_64 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::filesystem::resize_file(path_, 1000);
    std::ofstream file(path_, std::ios::app | std::ios::binary);
    for (int field = 0; field < 4; ++field) {
      const std::uint64_t value = random() >> (random() % 64);
      file.write(reinterpret_cast<const char*>(&value), 8);
    }
    file.write("syncgap seal 1\n", 16);
    file.close();
    EXPECT_THROW(check_seal(path_), RecordError);
  }
}

}  // namespace
}  // namespace syncgap::store
