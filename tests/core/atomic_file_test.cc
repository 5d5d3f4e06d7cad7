#include "core/atomic_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_text.h"
#include "temporary_folder.h"

namespace syncgap {
namespace {

using Existing = AtomicFile::Existing;

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class AtomicFileTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  std::string path_ = folder_.path("file");
};

TEST_F(AtomicFileTest, HasItsNameOnlyOnceItIsFinished) {
  AtomicFile file(path_);
  file.write("two ", 4);
  file.write("pieces", 6);
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_EQ(text_of(file.growing_path()), "two pieces");
  file.finish(Existing::keep);
  EXPECT_EQ(text_of(path_), "two pieces");
  EXPECT_FALSE(std::filesystem::exists(file.growing_path()));
}

TEST_F(AtomicFileTest, LeavesNothingUnlessItIsFinished) {
  { AtomicFile(path_).write("half", 4); }
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(AtomicFileTest, BeginsAfreshWhereAnAttemptWasKilled) {
  std::ofstream(path_ + ".writing") << "what a killed process left";
  AtomicFile file(path_);
  file.write("new", 3);
  file.finish(Existing::keep);
  EXPECT_EQ(text_of(path_), "new");
}

TEST_F(AtomicFileTest, ReplacesAFileOrKeepsItAsAsked) {
  std::ofstream(path_) << "old";
  {
    AtomicFile file(path_);
    file.write("new", 3);
    EXPECT_EQ(error_text<FileError>([&] { file.finish(Existing::keep); }),
              "cannot give the file its name (" + path_ + ", File exists)");
  }
  EXPECT_EQ(text_of(path_), "old");
  AtomicFile file(path_);
  file.write("new", 3);
  file.finish(Existing::replace);
  EXPECT_EQ(text_of(path_), "new");
}

TEST_F(AtomicFileTest, MayBeWrittenByName) {
  AtomicFile file(path_);
  std::ofstream(file.growing_path()) << "by another library";
  file.finish(Existing::keep);
  EXPECT_EQ(text_of(path_), "by another library");
}

TEST_F(AtomicFileTest, SaysWhichFileAndWhy) {
  AtomicFile file(folder_.path("none/file"));
  EXPECT_EQ(error_text<FileError>([&] { file.write("x", 1); }),
            "cannot open the file for writing (" + folder_.path("none/file.writing") +
                ", No such file or directory)");
}

}  // namespace
}  // namespace syncgap
