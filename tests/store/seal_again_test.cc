#include <filesystem>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include "error_text.h"
#include "store/hdf5.h"
#include "store/record.h"
#include "store/seal.h"
#include "store/small_record.h"

namespace syncgap::store {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class SealAgainTest : public testing::Test {
 protected:
  SealAgainTest() {
    create_record(path_, small_header(), small_grid(), small_observables());
    const Record record(path_, Record::Access::write);
    for (const std::uint64_t unit : {0, 2, 3}) record.commit(unit, small_values(record, unit), 0.5);
    record.fail(4, 0, "diverged", 0.1);
  }
  Hdf5Id open_for_writing() const {
    return own(H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose, "open");
  }
  std::string refusal() const {
    return error_text<RecordError>([&] { seal_again(path_); });
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.path("figure12.h5");
};

TEST_F(SealAgainTest, ASealedRecordIsLeftAlone) {
  const std::string before = bytes_of(path_);
  EXPECT_FALSE(seal_again(path_));
  EXPECT_EQ(bytes_of(path_), before);
}

TEST_F(SealAgainTest, OpenedForWritingAndClosedItIsTheSameAgain) {
  const std::string before = bytes_of(path_);
  open_for_writing();
  ASSERT_LT(std::filesystem::file_size(path_), before.size()) << "HDF5 left the seal";
  EXPECT_THAT(error_text<RecordError>([&] { Record(path_, Record::Access::read); }),
              HasSubstr("`syncgap repair " + path_ + "`"));
  EXPECT_TRUE(seal_again(path_));
  EXPECT_EQ(bytes_of(path_), before);
}

TEST_F(SealAgainTest, KilledWhileSealingItIsSealedTheNextTime) {
  const std::string before = bytes_of(path_);
  const std::uint64_t end = check_seal(path_).hdf5_length;
  for (std::uint64_t length = end; length < before.size(); ++length) {
    std::filesystem::resize_file(path_, length);
    EXPECT_TRUE(seal_again(path_)) << length;
    ASSERT_EQ(bytes_of(path_), before) << length;
  }
}

TEST_F(SealAgainTest, WhatSomebodyAddedStaysAndCellsAreTheSame) {
  {
    const Hdf5Id file = open_for_writing();
    write_attribute(file.get(), "note", std::string(5000, 'n'));
    const Hdf5Id group = own(H5Gcreate2(file.get(), "mine", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                             H5Gclose, "make a group");
    const Hdf5Id dataset = own(H5Dopen2(file.get(), "final", H5P_DEFAULT), H5Dclose, "open");
    write_attribute(dataset.get(), "comment", std::string("looks right"));
  }
  ASSERT_TRUE(seal_again(path_));
  const Record record(path_, Record::Access::write);
  EXPECT_THAT(record.damaged(0, record.unit_count(), record.statuses()), IsEmpty());
  EXPECT_EQ(record.values(2), small_values(record, 2));
  EXPECT_EQ(record.failures().at(0).message, "diverged");
  record.commit(1, small_values(record, 1), 0.5);
  const Hdf5Id file =
      own(H5Fopen(path_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, "open again");
  EXPECT_EQ(read_text_attribute(file.get(), "note"), std::string(5000, 'n'));
}

TEST_F(SealAgainTest, AnotherHeaderIsRefused) {
  {
    const Hdf5Id file = open_for_writing();
    H5Adelete(file.get(), "identity");
    write_attribute(file.get(), "identity", std::string("experiment = another\n"));
  }
  EXPECT_THAT(refusal(), HasSubstr("do not match their checksum"));
}

TEST_F(SealAgainTest, AnotherAxisIsRefused) {
  {
    const Hdf5Id file = open_for_writing();
    const Hdf5Id axis = own(H5Dopen2(file.get(), "g", H5P_DEFAULT), H5Dclose, "open");
    const double values[] = {0.2, 0.5, 1.5};
    H5Dwrite(axis.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
  }
  EXPECT_THAT(refusal(), HasSubstr("do not match their checksum"));
}

TEST_F(SealAgainTest, ADatasetThatIsGoneOrAnotherIsRefused) {
  {
    const Hdf5Id file = open_for_writing();
    H5Ldelete(file.get(), "unit_seconds", H5P_DEFAULT);
  }
  EXPECT_THAT(refusal(), HasSubstr("unit_seconds"));
  {
    const Hdf5Id file = open_for_writing();
    const hsize_t extents[] = {3, 2};
    const Hdf5Id space = own(H5Screate_simple(2, extents, nullptr), H5Sclose, "make a space");
    own(H5Dcreate2(file.get(), "unit_seconds", H5T_STD_I64LE, space.get(), H5P_DEFAULT, H5P_DEFAULT,
                   H5P_DEFAULT),
        H5Dclose, "make a dataset");
  }
  EXPECT_THAT(refusal(), HasSubstr("unit_seconds"));
}

TEST_F(SealAgainTest, ATruncatedRecordIsRefused) {
  std::filesystem::resize_file(path_, check_seal(path_).hdf5_length - 1);
  EXPECT_THAT(refusal(), HasSubstr("it cannot be sealed again"));
}

TEST_F(SealAgainTest, APackedCopyIsSealedAgain) {
  const std::string packed = folder_.path("packed.h5");
  pack_record(path_, packed);
  const std::string before = bytes_of(packed);
  own(H5Fopen(packed.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose, "open");
  EXPECT_THROW(read_overview(packed), RecordError);
  EXPECT_TRUE(seal_again(packed));
  EXPECT_EQ(bytes_of(packed), before);
}

TEST_F(SealAgainTest, AnOverviewIsTheSameOfARecordAndItsPackedCopy) {
  const std::string packed = folder_.path("packed.h5");
  pack_record(path_, packed);
  const Overview one = read_overview(path_), other = read_overview(packed);
  EXPECT_EQ(one.statuses, other.statuses);
  EXPECT_EQ(one.header.identity, other.header.identity);
  EXPECT_EQ(other.grid.describe(4), one.grid.describe(4));
  EXPECT_EQ(other.seconds.at(0), 0.5);
  ASSERT_EQ(other.failures.size(), 1U);
  EXPECT_EQ(other.failures[0].unit, 4U);
  EXPECT_EQ(other.failures[0].message, "diverged");
}

TEST_F(SealAgainTest, ARecordCopiedOverAnotherOneIsNoticedBeforeTheNextCommit) {
  const std::string other = folder_.path("other.h5");
  RecordHeader header = small_header();
  header.identity = "experiment = exact_score\noption trials = 4\n";
  create_record(other, header, small_grid(), small_observables());
  ASSERT_EQ(std::filesystem::file_size(other), std::filesystem::file_size(path_));
  const std::string theirs = bytes_of(other);
  const Record record(path_, Record::Access::write);
  std::filesystem::copy_file(other, path_, std::filesystem::copy_options::overwrite_existing);
  for (const auto& write : std::vector<std::function<void()>>{
           [&] { record.commit(1, small_values(record, 1), 0.5); },
           [&] { record.fail(1, 0, "diverged", 0.5); }, [&] { record.check_in_place(); }})
    EXPECT_THAT(error_text<RecordError>(write), HasSubstr("was overwritten while the sweep ran"));
  EXPECT_EQ(bytes_of(path_), theirs);
}

}  // namespace
}  // namespace syncgap::store
