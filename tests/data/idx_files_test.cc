#include "data/idx_files.h"

#include <array>
#include <cmath>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "data/idx.h"
#include "data/made_up_idx.h"
#include "data/refusal.h"
#include "temporary_folder.h"

namespace syncgap::data {
namespace {

using made_up::Bytes;
using made_up::gzip;
using made_up::idx;
using testing::HasSubstr;

/// What the folder's images are taken for, by their first pixel; or the refusal.
std::string found(const TemporaryFolder& folder, Part part, const std::string& prefix = "") {
  std::string out;
  const std::string message = refusal([&] {
    const ImageSet images = read_idx_folder(folder.path(), part, 10, prefix);
    EXPECT_EQ(peek_idx_folder(folder.path(), part, prefix).count,
              static_cast<std::int64_t>(images.count()));
    std::vector<float> image(images.shape().size());
    images.copy_image(0, image);
    out = concat(std::lround(image[0] * 255), " ", images.label(0));
  });
  return message == "accepted" ? out : message;
}

Bytes marked(std::uint8_t mark) { return idx({1, 1, 2}, {mark, 0}); }
Bytes label(std::uint8_t value) { return idx({1}, {value}); }

TEST(IdxFiles, AreFoundUnderEveryNamePeopleHaveThemBy) {
  using Names = std::array<const char*, 2>;
  const std::vector<std::pair<Part, Names>> sets = {
      {Part::train, {"train-images-idx3-ubyte", "train-labels-idx1-ubyte"}},
      {Part::train, {"train-images.idx3-ubyte", "train-labels.idx1-ubyte"}},
      {Part::test, {"t10k-images.idx3-ubyte.gz", "t10k-labels.idx1-ubyte.gz"}},
      {Part::train,
       {"emnist-letters-train-images-idx3-ubyte.gz", "emnist-letters-train-labels-idx1-ubyte.gz"}},
      {Part::test,
       {"emnist-letters-test-images-idx3-ubyte", "emnist-letters-test-labels-idx1-ubyte"}},
      {Part::test, {"qmnist-test-images-idx3-ubyte", "qmnist-test-labels-idx2-int"}}};
  for (const auto& [part, names] : sets) {
    const TemporaryFolder folder;
    folder.write(names[0], marked(7));
    folder.write(names[1], label(3));
    EXPECT_EQ(found(folder, part), "7 3") << names[0];
    EXPECT_TRUE(has_idx_files(folder.path(), part, "")) << names[0];
    const Part other = part == Part::train ? Part::test : Part::train;
    EXPECT_FALSE(has_idx_files(folder.path(), other, "")) << names[0];
  }
}

TEST(IdxFiles, MayEachLieInAFolderOfTheirName) {
  const TemporaryFolder folder;
  for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte"})
    std::filesystem::create_directory(folder.path(name));
  folder.write("train-images-idx3-ubyte/train-images-idx3-ubyte", marked(9));
  folder.write("train-labels-idx1-ubyte/train-labels.idx1-ubyte", label(4));
  EXPECT_EQ(found(folder, Part::train), "9 4");
  std::filesystem::remove(folder.path("train-labels-idx1-ubyte/train-labels.idx1-ubyte"));
  EXPECT_THAT(found(folder, Part::train), HasSubstr("images without labels ("));
}

TEST(IdxFiles, OfSeveralSetsOneIsChosenByItsPrefix) {
  const TemporaryFolder folder;
  for (const auto& [prefix, mark] :
       {std::pair{"emnist-digits-", 1}, std::pair{"emnist-mnist-", 2}}) {
    const std::string name = prefix;
    folder.write(name + "train-images-idx3-ubyte", marked(static_cast<std::uint8_t>(mark)));
    folder.write(name + "train-labels-idx1-ubyte", label(0));
  }
  EXPECT_EQ(
      found(folder, Part::train),
      "several data sets lie in one folder (" + folder.path() +
          ", prefixes of its files \"emnist-digits-\", \"emnist-mnist-\"): set file_prefix to "
          "one of them");
  EXPECT_EQ(found(folder, Part::train, "emnist-digits-"), "1 0");
  EXPECT_EQ(found(folder, Part::train, "emnist-mnist-"), "2 0");
  EXPECT_THAT(found(folder, Part::train, "emnist-"),
              HasSubstr("saw \"emnist-\"): set file_prefix"));
  // A set without a prefix is what was meant.
  folder.write("train-images-idx3-ubyte", marked(3));
  folder.write("train-labels-idx1-ubyte", label(0));
  EXPECT_EQ(found(folder, Part::train), "3 0");
}

TEST(IdxFiles, UnpackedOnesWithAHyphenComeFirst) {
  const TemporaryFolder folder;
  folder.write("train-images-idx3-ubyte.gz", gzip(marked(1)));
  folder.write("train-labels-idx1-ubyte", label(5));
  EXPECT_EQ(found(folder, Part::train), "1 5");
  folder.write("train-images.idx3-ubyte", marked(2));
  EXPECT_EQ(found(folder, Part::train), "2 5");
  folder.write("train-images-idx3-ubyte", marked(3));
  EXPECT_EQ(found(folder, Part::train), "3 5");
}

TEST(IdxFiles, HaveNoPartForValidation) {
  const TemporaryFolder folder;
  EXPECT_EQ(refusal([&] { find_idx_files(folder.path(), Part::validation, ""); }),
            "IDX sets have no part for validation (" + folder.path() +
                ", data_part = \"val\"): set data_part to train or test");
}

}  // namespace
}  // namespace syncgap::data
