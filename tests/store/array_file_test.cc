#include "store/array_file.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include "core/check.h"
#include "temporary_folder.h"

namespace syncgap::store {
namespace {

using testing::HasSubstr;

class ArrayFile : public testing::Test {
 protected:
  ArrayFile() : file_(H5Fcreate(path().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)) {}
  ~ArrayFile() override { close(); }

  std::string path() const { return folder_.path("arrays.h5"); }

  template <class Value>
  void write(const std::string& name, const std::vector<hsize_t>& extents, hid_t stored,
             hid_t given, const std::vector<Value>& values, bool compressed = false) {
    const hid_t space = H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr);
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    if (compressed) {
      H5Pset_chunk(plan, static_cast<int>(extents.size()), extents.data());
      H5Pset_deflate(plan, 4);
    }
    const hid_t set =
        H5Dcreate2(file_, name.c_str(), stored, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    if (!values.empty()) H5Dwrite(set, given, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Dclose(set);
    H5Pclose(plan);
    H5Sclose(space);
  }

  void close() {
    if (file_ >= 0) H5Fclose(file_);
    file_ = H5I_INVALID_HID;
  }

  std::string refusal(const std::string& name) {
    close();
    try {
      read_array(path(), name);
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  }

  TemporaryFolder folder_;
  hid_t file_;
};

TEST_F(ArrayFile, ReadsBytesIntegersAndReals) {
  const std::vector<std::uint8_t> bytes = {1, 2, 3, 250, 5, 6};
  write("bytes", {3, 2}, H5T_STD_U8LE, H5T_NATIVE_UCHAR, bytes);
  write("packed", {3, 2}, H5T_STD_U8LE, H5T_NATIVE_UCHAR, bytes, true);
  write("labels", {2}, H5T_STD_I32BE, H5T_NATIVE_INT, std::vector<int>{-7, 9});
  write("reals", {1, 2}, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, std::vector<double>{0.5, 0.25});
  close();
  const Array a = read_array(path(), "bytes"), p = read_array(path(), "packed");
  EXPECT_EQ(a.extents, (std::vector<std::uint64_t>{3, 2}));
  EXPECT_EQ(std::get<0>(a.values), bytes);
  EXPECT_GT(a.file_offset, 0);
  EXPECT_EQ(std::get<0>(p.values), bytes);
  EXPECT_LT(p.file_offset, 0);
  const Array labels = read_array(path(), "labels");
  EXPECT_EQ(std::get<1>(labels.values), (std::vector<std::int64_t>{-7, 9}));
  EXPECT_EQ(labels.element_bytes, 4U);
  EXPECT_EQ(std::get<2>(read_array(path(), "reals").values), (std::vector<float>{0.5, 0.25}));
}

TEST_F(ArrayFile, RefusesWhatIsNotThere) {
  write("empty", {0, 4}, H5T_STD_U8LE, H5T_NATIVE_UCHAR, std::vector<std::uint8_t>{});
  const hid_t text = H5Tcopy(H5T_C_S1);
  H5Tset_size(text, 3);
  write("text", {1}, text, text, std::vector<char>{'a', 'b', 'c'});
  H5Tclose(text);
  EXPECT_THAT(refusal("images"), HasSubstr("there is no such dataset"));
  EXPECT_THAT(refusal("empty"), HasSubstr("is empty"));
  EXPECT_THAT(refusal("text"), HasSubstr("is not numeric"));
  EXPECT_THROW(read_array(folder_.path("none.h5"), "images"), InputError);
  folder_.write("noise.h5", std::vector<std::uint8_t>(600, 65));
  EXPECT_THROW(read_array(folder_.path("noise.h5"), "images"), InputError);
}

TEST_F(ArrayFile, RefusesAPromiseWithoutData) {
  // Chunks never written: HDF5 would make up a hundred gigabytes of zeros.
  const hsize_t extent = hsize_t{100} << 30, chunk = 1 << 20;
  const hid_t space = H5Screate_simple(1, &extent, nullptr);
  const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(plan, 1, &chunk);
  const hid_t set = H5Dcreate2(file_, "bytes", H5T_STD_U8LE, space, H5P_DEFAULT, plan, H5P_DEFAULT);
  H5Dclose(set);
  H5Pclose(plan);
  H5Sclose(space);
  EXPECT_THAT(refusal("bytes"), HasSubstr("impossibly large"));
}

TEST_F(ArrayFile, RefusesATruncatedFile) {
  write("bytes", {1000}, H5T_STD_U8LE, H5T_NATIVE_UCHAR, std::vector<std::uint8_t>(1000, 3));
  close();
  std::filesystem::resize_file(path(), std::filesystem::file_size(path()) - 500);
  EXPECT_THAT(refusal("bytes"), HasSubstr("copy"));
}

}  // namespace
}  // namespace syncgap::store
