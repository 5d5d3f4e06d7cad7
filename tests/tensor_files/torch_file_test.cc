#include "tensor_files/torch_file.h"

#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_text.h"
#include "golden_path.h"
#include "made_up_files.h"
#include "temporary_folder.h"
#include "tensor_files/format_error.h"
#include "tensor_files/tensor_file.h"

namespace syncgap::tensor_files {
namespace {

using made_up::call;
using made_up::dict;
using made_up::file_bytes;
using made_up::global;
using made_up::golden_path;
using made_up::number;
using made_up::numbers;
using made_up::storage;
using made_up::tensor;
using made_up::text;
using made_up::torch_file;
using made_up::tuple;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// The tensors of a file by name.
std::map<std::string, PlacedTensor> by_name(const Contents& contents) {
  std::map<std::string, PlacedTensor> tensors;
  for (const PlacedTensor& each : contents.tensors) tensors[each.name] = each;
  return tensors;
}

template <class Number>
std::vector<Number> values_of(const PlacedTensor& tensor, const std::string& file) {
  EXPECT_EQ(element_bytes(tensor.type), sizeof(Number));
  std::vector<Number> values(elements_of(tensor));
  copy_elements(tensor, file, values.data());
  return values;
}

std::string torch_refusal(const std::string& file) {
  return error_text<FormatError>([&] { read_contents(file); });
}

const std::string kFour = made_up::little<std::uint64_t>(0x400000003f800000) +
                          made_up::little<std::uint64_t>(0x4080000040400000);  // 1, 2, 3, 4

TEST(TorchFile, EveryElementTypeIsReadFromBothKindsOfFile) {
  for (const char* name : {"types.pt", "old_types.pt"}) {
    const std::string file = file_bytes(golden_path(name));
    const auto tensors = by_name(read_contents(file));
    ASSERT_EQ(tensors.size(), 12U);
    const auto at = [&](const char* key) { return tensors.at(key); };
    EXPECT_THAT(values_of<float>(at("float32"), file), ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_THAT(values_of<double>(at("float64"), file), ElementsAre(1, 2, 3, 4, 5, 6));
    // 2 to 7 in 5 and in 8 bits of exponent.
    EXPECT_THAT(values_of<std::uint16_t>(at("float16"), file),
                ElementsAre(0x4000, 0x4200, 0x4400, 0x4500, 0x4600, 0x4700));
    EXPECT_THAT(values_of<std::uint16_t>(at("bfloat16"), file),
                ElementsAre(0x4040, 0x4080, 0x40a0, 0x40c0, 0x40e0, 0x4100));
    EXPECT_THAT(values_of<std::int64_t>(at("int64"), file), ElementsAre(4, 5, 6, 7, 8, 9));
    EXPECT_THAT(values_of<std::int32_t>(at("int32"), file), ElementsAre(5, 6, 7, 8, 9, 10));
    EXPECT_THAT(values_of<std::int16_t>(at("int16"), file), ElementsAre(6, 7, 8, 9, 10, 11));
    EXPECT_THAT(values_of<std::int8_t>(at("int8"), file), ElementsAre(7, 8, 9, 10, 11, 12));
    EXPECT_THAT(values_of<std::uint8_t>(at("uint8"), file), ElementsAre(8, 9, 10, 11, 12, 13));
    EXPECT_THAT(values_of<std::uint8_t>(at("bool"), file), ElementsAre(1, 0, 1));
    EXPECT_THAT(values_of<std::int64_t>(at("scalar"), file), ElementsAre(7));
    EXPECT_TRUE(at("scalar").shape.empty());
    EXPECT_EQ(at("empty").shape, (std::vector<std::int64_t>{0, 4}));
    EXPECT_EQ(at("float32").shape, (std::vector<std::int64_t>{2, 3}));
  }
}

TEST(TorchFile, ViewsOfOneStorageAreReadAsTheyWere) {
  for (const char* name : {"views.pt", "old_views.pt"}) {
    const std::string file = file_bytes(golden_path(name));
    const auto tensors = by_name(read_contents(file));
    EXPECT_EQ(tensors.at("again").begin, tensors.at("whole").begin);
    EXPECT_THAT(values_of<float>(tensors.at("part"), file), ElementsAre(5, 6, 7, 8));
    EXPECT_THAT(values_of<float>(tensors.at("every_other"), file),
                ElementsAre(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23));
    EXPECT_EQ(values_of<float>(tensors.at("repeated"), file), std::vector<float>(10, 3));
    EXPECT_FALSE(is_contiguous(tensors.at("transposed")));
    EXPECT_TRUE(is_contiguous(tensors.at("whole")));
    const auto transposed = values_of<float>(tensors.at("transposed"), file);
    std::size_t at = 0;
    for (int c = 0; c < 4; ++c)
      for (int a = 0; a < 2; ++a)
        for (int b = 0; b < 3; ++b)
          EXPECT_EQ(transposed[at++], static_cast<float>(12 * a + 4 * b + c));
  }
}

TEST(TorchFile, OfACheckpointTheAverageIsTakenElseTheModelElseTheStateDict) {
  struct Case {
    const char *name, *part;
    float bias;
  };
  for (const auto& [name, part, bias] :
       {Case{"checkpoint.pt", "ema", 120}, Case{"model_and_more.pt", "model", 20},
        Case{"state_dict_and_more.pt", "state_dict", 20}, Case{"old_checkpoint.pt", "model", 20},
        Case{"protocol4.pt", "", 20}}) {
    const std::string file = file_bytes(golden_path(name));
    Contents contents = read_contents(file);
    EXPECT_EQ(contents.metadata["part"], part) << name;
    const auto tensors = by_name(contents);
    ASSERT_EQ(tensors.size(), 2U) << name;
    EXPECT_THAT(values_of<float>(tensors.at("bias"), file), ElementsAre(bias, bias + 1)) << name;
    EXPECT_EQ(tensors.at("weight").shape, (std::vector<std::int64_t>{2, 3})) << name;
  }
}

TEST(TorchFile, WhatHoldsNoPlainTensorsIsRefusedWithWhatItHolds) {
  const auto golden = [](const char* name) { return torch_refusal(file_bytes(golden_path(name))); };
  EXPECT_THAT(golden("whole_module.pt"), HasSubstr("torch.nn.modules.linear.Linear"));
  EXPECT_THAT(golden("no_tensors.pt"),
              AllOf(HasSubstr("args (argparse.Namespace)"), HasSubstr("epoch (int)")));
  EXPECT_THAT(golden("unsigned.pt"), AllOf(HasSubstr("wide"), HasSubstr("torch.uint16")));
  EXPECT_THAT(golden("sparse.pt"), HasSubstr("torch._utils._rebuild_sparse_tensor"));
}

TEST(TorchFile, CutShortAnywhereIsRefused) {
  for (const char* name : {"views.pt", "old_views.pt"}) {
    const std::string whole = file_bytes(golden_path(name));
    ASSERT_GT(whole.size(), 500U);
    for (std::size_t length = 0; length < whole.size(); ++length)
      EXPECT_NE(torch_refusal(whole.substr(0, length)), "") << name << " " << length;
  }
  const std::string whole = file_bytes(golden_path("old_views.pt"));
  EXPECT_THAT(torch_refusal(whole.substr(0, whole.size() - 1)), HasSubstr("cut short"));
}

TEST(TorchFile, AnyByteChangedGivesTensorsInTheFileOrAMessage) {
  for (const char* name : {"views.pt", "old_views.pt"}) {
    const std::string whole = file_bytes(golden_path(name));
    std::size_t refused = 0;
    for (std::size_t at = 0; at < whole.size(); ++at)
      for (const int change : {1, 128, 255}) {
        std::string file = whole;
        file[at] = static_cast<char>(file[at] ^ change);
        try {
          for (const PlacedTensor& each : read_contents(file).tensors)
            require_inside(each, 0, file.size());
        } catch (const FormatError&) {
          ++refused;
        }
      }
    EXPECT_GT(refused, whole.size() / 4) << name;
  }
}

TEST(TorchFile, AFunctionOutsideTheListIsNamedAndMakesNoTensor) {
  const std::string foreign = call(global("some.module", "run"), tuple({text("argument")}));
  const std::string good = tensor(storage("0", 4), 0, {4}, {1});
  // Beside tensors it is passed over; where a tensor needs it, it is named.
  EXPECT_EQ(
      read_contents(torch_file(dict({{"a", good}, {"b", foreign}}), {{"0", kFour}})).tensors.size(),
      1U);
  EXPECT_THAT(torch_refusal(torch_file(foreign, {})), HasSubstr("some.module.run"));
  EXPECT_THAT(torch_refusal(torch_file(dict({{"b", foreign}}), {})),
              HasSubstr("b (some.module.run)"));
  EXPECT_THAT(
      torch_refusal(torch_file(dict({{"a", tensor(foreign, 0, {4}, {1})}}), {{"0", kFour}})),
      AllOf(HasSubstr("tensor a"), HasSubstr("some.module.run")));
  EXPECT_THAT(torch_refusal(torch_file(
                  dict({{"a", tensor(storage("0", 4, global("some.module", "FloatStorage")), 0, {4},
                                     {1})}}),
                  {{"0", kFour}})),
              HasSubstr("some.module.FloatStorage"));
  EXPECT_THAT(torch_refusal(torch_file(
                  dict({{"a", call(global("torch._utils", "_rebuild_qtensor"), ")")}}), {})),
              HasSubstr("torch._utils._rebuild_qtensor"));
}

TEST(TorchFile, OffsetsShapesAndStridesOutOfTheStorageAreRefused) {
  const auto of = [](std::int64_t offset, std::initializer_list<std::int64_t> shape,
                     std::initializer_list<std::int64_t> strides) {
    return torch_file(dict({{"a", tensor(storage("0", 4), offset, shape, strides)}}),
                      {{"0", kFour}, {"1", kFour}});
  };
  constexpr std::int64_t kLarge = std::int64_t{1} << 62;
  EXPECT_EQ(read_contents(of(1, {3}, {1})).tensors.size(), 1U);
  EXPECT_EQ(read_contents(of(0, {2, 2}, {1, 2})).tensors.size(), 1U);
  EXPECT_EQ(read_contents(of(0, {1, 4}, {kLarge, 1})).tensors.size(), 1U);  // never taken
  for (const std::string& file :
       {of(2, {3}, {1}), of(5, {}, {}), of(0, {4}, {2}), of(0, {2}, {kLarge}), of(-1, {1}, {1}),
        of(kLarge, {1}, {1}), of(kLarge - 1, {1}, {1}), of(0, {-1}, {1}), of(0, {2}, {-1}),
        of(0, {2, 2}, {1}), of(0, {kLarge, kLarge}, {0, 0}), of(0, {0, kLarge, kLarge}, {0, 0, 0})})
    EXPECT_THAT(torch_refusal(file), HasSubstr("tensor a"));
  EXPECT_THAT(torch_refusal(of(0, {kLarge / 8}, {0})), HasSubstr("would take more than"));
}

TEST(TorchFile, StoragesMustBeThereAndOfTheirSize) {
  const auto of = [](const std::string& stored) {
    return dict({{"a", tensor(stored, 0, {2}, {1})}});
  };
  EXPECT_THAT(torch_refusal(torch_file(of(storage("7", 4)), {{"0", kFour}})),
              AllOf(HasSubstr("tensor a"), HasSubstr("key 7"), HasSubstr("not in the file")));
  EXPECT_THAT(torch_refusal(torch_file(of(storage("0", 3)), {{"0", kFour}})),
              HasSubstr("should have 12 bytes and has 16"));
  EXPECT_THAT(torch_refusal(torch_file(of(storage("0", -4)), {{"0", kFour}})),
              HasSubstr("tensor a"));
  EXPECT_THAT(torch_refusal(made_up::zip(
                  {{"m/data.pkl", made_up::pickle(of(storage("0", 4)))}, {"m/data/0", kFour, 8}})),
              HasSubstr("m/data/0 is compressed"));
}

TEST(TorchFile, OtherKindsOfZipFilesAreToldApart) {
  const std::string root = dict({{"a", tensor(storage("0", 4), 0, {4}, {1})}});
  EXPECT_THAT(torch_refusal(torch_file(root, {{"0", kFour}}, "big")),
              HasSubstr("other byte order"));
  EXPECT_THAT(torch_refusal(torch_file(root, {{"0", kFour}}, "middle")), HasSubstr("byte order"));
  EXPECT_THAT(torch_refusal(made_up::zip({{"arrays/x.npy", "1"}})), HasSubstr("without data.pkl"));
  EXPECT_THAT(torch_refusal(made_up::zip({{"m/data.pkl", ""}, {"m/constants.pkl", ""}})),
              HasSubstr("TorchScript"));
  EXPECT_THAT(torch_refusal(made_up::zip({{"m/data.pkl", ""}, {"m/data.pkl", ""}})),
              HasSubstr("two entries m/data.pkl"));
  EXPECT_THAT(torch_refusal(made_up::zip({{"m/data.pkl", ""}, {"n/data.pkl", ""}})),
              HasSubstr("two pickles"));
  EXPECT_THAT(torch_refusal("\x80\x02}q\x01."), HasSubstr("it is a pickle"));
}

TEST(TorchFile, NamesThatWouldBreakMessagesAreRefused) {
  const std::string good = tensor(storage("0", 4), 0, {4}, {1});
  EXPECT_THAT(torch_refusal(torch_file(dict({{"a\nb", good}}), {{"0", kFour}})),
              AllOf(HasSubstr("no plain text"), HasSubstr("a?b")));
  EXPECT_THAT(torch_refusal(torch_file(dict({{std::string(2000, 'a'), good}}), {{"0", kFour}})),
              HasSubstr("too long"));
}

TEST(TorchFile, NumbersOfATensorAreTheLastOfItsName) {
  const std::string file = torch_file(dict({{"a", tensor(storage("0", 4), 0, {1}, {1})},
                                            {"a", tensor(storage("0", 4), 3, {1}, {1})}}),
                                      {{"0", kFour}});
  const auto tensors = by_name(read_contents(file));
  EXPECT_THAT(values_of<float>(tensors.at("a"), file), ElementsAre(4));
}

TEST(TorchFile, MoreThanFourGigabytesAreReadFromASparseFile) {
  const TemporaryFolder folder;
  const std::string path = folder.path("large.pt");
  constexpr std::uint64_t kHole = (std::uint64_t{1} << 32) + 8;
  const std::vector<made_up::ZipPart> parts{
      {"m/data.pkl", made_up::pickle(dict(
                         {{"far", tensor(storage("1", 4), 1, {3}, {1})},
                          {"last", tensor(storage("0", (kHole + 16) / 4), kHole / 4, {2}, {1})}}))},
      {"m/data/0", kFour, 0, 0, kHole},
      {"m/data/1", kFour}};
  {
    std::ofstream out(path, std::ios::binary);
    std::string directory;
    for (const auto& part : parts) {
      directory += made_up::zip_entry(part, static_cast<std::uint64_t>(out.tellp()));
      out << made_up::zip_header(part) << part.content;
      out.seekp(static_cast<std::streamoff>(part.hole), std::ios::cur);
    }
    const auto at = static_cast<std::uint64_t>(out.tellp());
    out << directory << made_up::zip_end(parts.size(), directory.size(), at);
    out.flush();
    if (!out.good()) GTEST_SKIP() << "no room for a sparse file of 4 GiB in " << folder.path();
  }
  const TensorFiles opened = open_tensor_files(path);
  ASSERT_EQ(opened.files.size(), 1U);
  std::map<std::string, PlacedTensor> tensors;
  for (const PlacedTensor& each : opened.files[0].tensors) tensors[each.name] = each;
  std::vector<float> far(3), last(2);
  copy_elements(tensors.at("far"), opened.files[0].file->bytes(), far.data());
  copy_elements(tensors.at("last"), opened.files[0].file->bytes(), last.data());
  EXPECT_GT(tensors.at("far").begin, std::uint64_t{1} << 32);
  EXPECT_THAT(far, ElementsAre(2, 3, 4));
  EXPECT_THAT(last, ElementsAre(0, 0));  // of the hole
}

}  // namespace
}  // namespace syncgap::tensor_files
