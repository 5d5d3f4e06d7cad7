#include "tensor_files/zip_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_text.h"
#include "made_up_files.h"
#include "tensor_files/format_error.h"

namespace syncgap::tensor_files {
namespace {

using made_up::little;
using made_up::zip;
using made_up::ZipPart;
using ::testing::HasSubstr;

std::string directory_refusal(const std::string& file) {
  return error_text<FormatError>([&] {
    for (const ZipEntry& entry : read_zip_directory(file)) bytes_of_entry(file, entry);
  });
}

TEST(ZipDirectory, GivesEveryStoredFile) {
  const std::string file = zip({{"a", "first"}, {"folder/b", ""}, {"c", "third"}});
  std::map<std::string, std::string> found;
  for (const ZipEntry& entry : read_zip_directory(file))
    found[entry.name] = file.substr(bytes_of_entry(file, entry), entry.size);
  EXPECT_EQ(found,
            (std::map<std::string, std::string>{{"a", "first"}, {"folder/b", ""}, {"c", "third"}}));
}

TEST(ZipDirectory, ACommentAtTheEndIsPassedOver) {
  std::string file = zip({{"a", "first"}});
  file.replace(file.size() - 2, 2, little<std::uint16_t>(7) + "PK\x05\x06 is");
  EXPECT_EQ(read_zip_directory(file).size(), 1U);
}

TEST(ZipDirectory, WhatCannotBeReadIsRefusedWithItsReason) {
  EXPECT_THAT(directory_refusal(zip({{"a", "deflated", 8}})), HasSubstr("a is compressed"));
  EXPECT_THAT(directory_refusal(zip({{"a", "secret", 0, 1}})), HasSubstr("a is encrypted"));
  EXPECT_THAT(directory_refusal("PK\x03\x04"), HasSubstr("cut short"));
  std::string volumes = zip({{"a", "first"}});
  volumes[volumes.size() - 18] = 1;
  EXPECT_THAT(directory_refusal(volumes), HasSubstr("several volumes"));
}

TEST(ZipDirectory, NumbersThatLeadOutOfTheFileAreRefused) {
  const std::string whole = zip({{"a", "first"}, {"b", "second"}});
  const std::size_t end = whole.size() - 22, entry = whole.find("PK\x01\x02");
  const auto with = [&](std::size_t at, const std::string& bytes) {
    std::string file = whole;
    return file.replace(at, bytes.size(), bytes);
  };
  EXPECT_THAT(directory_refusal(with(end + 16, little<std::uint32_t>(0xfffffff0))),
              HasSubstr("directory"));
  EXPECT_THAT(directory_refusal(with(end + 12, little<std::uint32_t>(1000))),
              HasSubstr("directory"));
  EXPECT_THAT(directory_refusal(with(end + 10, little<std::uint16_t>(3))),
              HasSubstr("2 entries and says 3"));
  EXPECT_THAT(directory_refusal(with(entry + 42, little<std::uint32_t>(100000))),
              HasSubstr("would begin"));
  EXPECT_THAT(directory_refusal(with(entry + 42, little<std::uint32_t>(3))),
              HasSubstr("no header"));
  EXPECT_THAT(directory_refusal(with(entry + 46, "c")), HasSubstr("not that of its entry c"));
  EXPECT_THAT(
      directory_refusal(with(entry + 20, little<std::uint32_t>(900) + little<std::uint32_t>(900))),
      HasSubstr("reaches out of the file"));
  EXPECT_THAT(directory_refusal(with(entry + 20, little<std::uint32_t>(4))),
              HasSubstr("two sizes"));
  EXPECT_THAT(directory_refusal(with(entry + 42, little<std::uint32_t>(0xffffffff))),
              HasSubstr("64-bit"));
}

}  // namespace
}  // namespace syncgap::tensor_files
