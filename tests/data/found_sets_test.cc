#include "data/found_sets.h"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/refusal.h"
#include "temporary_folder.h"

namespace syncgap::data {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string message(const std::string& path, const std::string& data_format) {
  return refusal([&] { refuse_missing(path, data_format, "FILE"); });
}

TEST(FoundSets, WhatIsThereDecidesWhatToDo) {
  struct Case {
    const char* file;
    const char* data_format;
    std::string remedy;  ///< FOLDER stands for the folder
  };
  for (const Case& each : std::initializer_list<Case>{
           {"data_batch_1.bin", "idx", "set data_format = \"cifar10\""},
           {"data_batch_1", "idx", "set data_format = \"cifar10\""},
           {"train.bin", "cifar10", "set data_format = \"cifar100\""},
           {"t10k-images.idx3-ubyte", "cifar10", "set data_format = \"idx\""},
           {"t10k-images-idx3-ubyte", "idx", "put the missing file beside it"},
           {"data_batch_2.bin", "cifar10", "put the missing file beside it"},
           {"pathmnist.npz", "idx",
            "set data_format = \"npz\" and data_path = \"FOLDER/pathmnist.npz\""},
           {"set.h5", "hdf5", "set data_path = \"FOLDER/set.h5\""},
           {"cifar-10-python.tar.gz", "cifar10", "unpack it"},
           {"x_train.npy", "npz", "write images and labels into one file by numpy.savez"},
           {"0001.png", "idx", "write the images into one HDF5 file"},
           {"raw/train-images-idx3-ubyte.gz", "idx", "set data_path = \"FOLDER/raw\""},
           {"MNIST/raw/train-images-idx3-ubyte", "idx", "set data_path = \"FOLDER/MNIST/raw\""},
           {"cifar-10-batches-py/test_batch", "idx",
            "set data_format = \"cifar10\" and data_path = \"FOLDER/cifar-10-batches-py\""}}) {
    const TemporaryFolder folder;
    const std::filesystem::path file = folder.path(each.file);
    std::filesystem::create_directories(file.parent_path());
    folder.write(each.file, {1});
    std::string remedy = each.remedy;
    if (const auto at = remedy.find("FOLDER"); at != std::string::npos)
      remedy.replace(at, 6, folder.path());
    for (const std::string& path : {folder.path(), folder.path() + "/"})
      EXPECT_THAT(message(path, each.data_format),
                  HasSubstr("no images found: FILE is not there (" + path + ", which holds " +
                            each.file + "): " + remedy));
  }
}

TEST(FoundSets, WhatCanBeReadCountsMoreThanWhatLiesNearer) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path("cifar-10-batches-py"));
  folder.write("cifar-10-python.tar.gz", {1});
  EXPECT_THAT(message(folder.path(), "cifar10"), HasSubstr("): unpack it"));
  folder.write("other.npz", {1});
  EXPECT_THAT(message(folder.path(), "cifar10"), HasSubstr("set data_format = \"npz\""));
  folder.write("cifar-10-batches-py/data_batch_1", {1});
  EXPECT_THAT(message(folder.path(), "cifar10"),
              HasSubstr("): set data_path = \"" + folder.path("cifar-10-batches-py") + "\""));
}

TEST(FoundSets, NoAdviceIsAboutAnotherSet) {
  const TemporaryFolder folder;
  folder.write("readme.txt", {1});
  EXPECT_EQ(message(folder.path(), "cifar10"),
            "no images found: FILE is not there (" + folder.path() +
                ", a folder without any images known here): set data_path to the images and "
                "data_format to how they are stored");
  EXPECT_EQ(message("/nowhere/cifar", "cifar10"),
            "no images found: FILE is not there (/nowhere/cifar, there is no such file or folder): "
            "set data_path to the images");
  EXPECT_THAT(message(folder.path("readme.txt"), "idx"), HasSubstr("a file of no known kind"));
  folder.write("set.npz", {1});
  EXPECT_THAT(message(folder.path("set.npz"), "idx"),
              HasSubstr("which is a file): set data_format = \"npz\""));
}

}  // namespace
}  // namespace syncgap::data
