#include "tensor_files/tensor_file.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "error_text.h"
#include "golden_path.h"
#include "made_up_files.h"
#include "temporary_folder.h"
#include "tensor_files/format_error.h"
#include "tensor_files/safetensors.h"

namespace syncgap::tensor_files {
namespace {

using made_up::golden_path;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A safetensors file of tensors that are one byte each.
std::string safetensors(const std::vector<std::string>& names) {
  std::string header = "{";
  for (std::size_t i = 0; i < names.size(); ++i)
    header += concat(i > 0 ? "," : "", "\"", names[i],
                     "\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[", i, ",", i + 1, "]}");
  header += "}";
  return made_up::little<std::uint64_t>(header.size()) + header + std::string(names.size(), 'x');
}

class InAFolder : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_.path(name), std::ios::binary) << bytes;
    return folder_.path(name);
  }
  std::string path(const std::string& name) const { return folder_.path(name); }

 private:
  TemporaryFolder folder_;
};

using OpenTensorFiles = InAFolder;

std::set<std::string> names_in(const std::string& path) {
  std::set<std::string> names;
  for (const TensorFile& file : open_tensor_files(path).files)
    for (const PlacedTensor& tensor : file.tensors) names.insert(tensor.name);
  return names;
}

std::string opening_refusal(const std::string& path) {
  return error_text<InputError>([&] { open_tensor_files(path); });
}

TEST_F(OpenTensorFiles, GoByWhatIsInThemAndNotByTheirNames) {
  EXPECT_THAT(names_in(write("weights.pt", safetensors({"a", "b"}))), ElementsAre("a", "b"));
  std::filesystem::copy_file(golden_path("protocol4.pt"), path("w.safetensors"));
  EXPECT_THAT(names_in(path("w.safetensors")), ElementsAre("bias", "weight"));
  std::filesystem::copy_file(golden_path("old_types.pt"), path("weights"));
  EXPECT_EQ(names_in(path("weights")).size(), 12U);
}

TEST_F(OpenTensorFiles, OfAnIndexReadEveryPart) {
  write("part-1", safetensors({"a", "c"}));
  write("part-2", safetensors({"b"}));
  const auto index = write("model.safetensors.index.json",
                           R"( {"metadata": {"total_size": 3},
      "weight_map": {"a": "part-1", "b": "part-2", "c": "part-1"}})");
  EXPECT_THAT(names_in(index), ElementsAre("a", "b", "c"));
  EXPECT_THAT(paths_of(index), ElementsAre(index, path("part-1"), path("part-2")));
  EXPECT_THAT(paths_of(path("part-1")), ElementsAre(path("part-1")));
}

TEST_F(OpenTensorFiles, PartsOfAnIndexMustBeAsItSays) {
  write("part-1", safetensors({"a", "c"}));
  write("part-2", safetensors({"b"}));
  const auto of = [&](const std::string& map) {
    return opening_refusal(write("index.json", "{\"weight_map\": {" + map + "}}"));
  };
  EXPECT_THAT(of(R"("a": "part-1", "c": "part-1", "d": "part-3")"),
              AllOf(HasSubstr("cannot read weights"), HasSubstr("part-3")));
  EXPECT_THAT(of(R"("a": "part-1", "b": "part-2")"),
              AllOf(HasSubstr("part-1"), HasSubstr("tensor c"), HasSubstr("does not know")));
  EXPECT_THAT(of(R"("a": "part-1", "b": "part-1", "c": "part-1")"),
              AllOf(HasSubstr("part-1"), HasSubstr("tensor b"), HasSubstr("is not in it")));
  EXPECT_THAT(of(R"("a": "part-1", "b": "part-2", "c": "part-2")"), HasSubstr("is in part-2"));
  EXPECT_THAT(of(R"("a": "../part-1")"), HasSubstr("tensor a would be in a part"));
  EXPECT_THAT(of(""), HasSubstr("weight_map is empty"));
  EXPECT_THAT(opening_refusal(write("index.json", "{\"a\": 1}")), HasSubstr("no weight_map"));
  EXPECT_THAT(opening_refusal(write("index.json", "{")), HasSubstr("no weight_map"));
}

TEST_F(OpenTensorFiles, ASafetensorsFileIsOneWhateverItsLengthLooksLike) {
  // As the start of an index, and of pickles.
  for (const std::size_t length : {0x7b, 0x80, 0x280}) {
    std::string header = R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})";
    header.resize(length, ' ');
    const std::string file = made_up::little<std::uint64_t>(length) + header + "x";
    EXPECT_THAT(names_in(write("w", file)), ElementsAre("a")) << length;
  }
}

TEST_F(OpenTensorFiles, PrefixesThatAllNamesHaveAreDropped) {
  EXPECT_THAT(names_in(golden_path("prefixed.pt")), ElementsAre("bias", "weight"));
  EXPECT_THAT(names_in(write("one", safetensors({"module.a", "module.b"}))), ElementsAre("a", "b"));
  EXPECT_THAT(names_in(write("two", safetensors({"module._orig_mod.a", "_orig_mod.module.b"}))),
              ElementsAre("a", "b"));
  // One name without keeps all of them as they are.
  EXPECT_THAT(names_in(write("three", safetensors({"module.a", "steps"}))),
              ElementsAre("module.a", "steps"));
  EXPECT_THAT(names_in(write("four", safetensors({"module.", "module.a"}))),
              ElementsAre("module.", "module.a"));
}

TEST_F(OpenTensorFiles, TwoNamesThatBecomeOneAreRefused) {
  EXPECT_THAT(opening_refusal(write("w", safetensors({"module.a", "_orig_mod.a"}))),
              AllOf(HasSubstr("two tensors are called a"), HasSubstr("module.")));
}

TEST_F(OpenTensorFiles, WhatIsNoFileIsRefused) {
  EXPECT_THAT(opening_refusal(path("")), HasSubstr("it is not a file"));
  EXPECT_THAT(opening_refusal(path("none")), HasSubstr("No such file"));
  EXPECT_THAT(opening_refusal(write("empty", "")), HasSubstr("it has 0 bytes"));
  EXPECT_THAT(opening_refusal(write("text", "these are no weights")), HasSubstr("header"));
}

TEST_F(OpenTensorFiles, WritingToTheirMemoryDoesNotChangeThem) {
  const auto file = write("w", safetensors({"a"}));
  const auto before = made_up::file_bytes(file);
  {
    const MappedFile mapped(file);
    std::memset(mapped.data(), 0, mapped.bytes().size());
  }
  EXPECT_EQ(made_up::file_bytes(file), before);
}

}  // namespace
}  // namespace syncgap::tensor_files
