#include "networks/weight_file.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <torch/csrc/jit/serialization/pickle.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "error_text.h"
#include "networks/initialize.h"
#include "networks/unet.h"
#include "temporary_folder.h"

namespace syncgap::networks {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

UNet network_of(std::int64_t width) {
  UNetShape shape;
  shape.width = width;
  UNet network(shape);
  initialize(*network, RandomStream(3, "weights"));
  return network;
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The message with which a file of these bytes is refused.
std::string refusal(const std::string& bytes) {
  const TemporaryFolder folder;
  const auto path = folder.path("w.safetensors");
  std::ofstream(path, std::ios::binary) << bytes;
  return error_text<InputError>([&] { read_weights(path); });
}

std::string file_of(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes + header + data;
}

std::string golden(const std::string& name) {
  return std::string(SYNCGAP_TORCH_FILES) + "/" + name;
}

TEST(WeightFile, GivesBackWhatWasWritten) {
  const TemporaryFolder folder;
  const auto path = folder.path("models/w.safetensors");
  Weights weights{tensors_of(*network_of(16)), {{"network", "unet \"quoted\" \u03b8"}}};
  weights.tensors["steps"] = torch::tensor({1, 2, 3}, torch::kInt64);
  weights.tensors["scalar"] = torch::tensor(2.5, torch::kFloat64);
  write_weights(path, weights);
  const Weights back = read_weights(path);
  EXPECT_EQ(back.metadata, weights.metadata);
  ASSERT_EQ(back.tensors.size(), weights.tensors.size());
  for (const auto& [name, tensor] : weights.tensors) {
    EXPECT_EQ(back.tensors.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(torch::equal(back.tensors.at(name), tensor)) << name;
  }
  EXPECT_FALSE(std::filesystem::exists(path + ".writing"));
}

TEST(WeightFile, SameWeightsAreTheSameBytes) {
  const TemporaryFolder folder;
  for (const char* name : {"a", "b"})
    write_weights(folder.path(name), {tensors_of(*network_of(16)), {{"seed", "3"}}});
  EXPECT_EQ(bytes_of(folder.path("a")), bytes_of(folder.path("b")));
}

TEST(WeightFile, AFlippedBitIsRefusedOrChangesNothing) {
  const TemporaryFolder folder;
  const auto path = folder.path("w.safetensors");
  const Weights weights{{{"a", torch::tensor({0.5F, -0.25F, 3.0F})},
                         {"b", torch::arange(4, torch::kInt64).reshape({2, 2})}},
                        {{"identity", "g = 0.3"}}};
  write_weights(path, weights);
  EXPECT_EQ(read_weights(path).metadata, weights.metadata);
  const std::string whole = bytes_of(path);
  std::size_t refused = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ 4);
    std::ofstream(path, std::ios::binary) << flipped;
    Weights read;
    try {
      read = read_weights(path);
    } catch (const InputError&) {
      ++refused;
      continue;
    }
    // What is left are names, which whoever asks for the weights compares.
    for (const auto& [name, tensor] : weights.tensors)
      if (const auto found = read.tensors.find(name); found != read.tensors.end()) {
        EXPECT_TRUE(torch::equal(found->second, tensor)) << "byte " << i;
      }
  }
  const std::size_t data = 3 * sizeof(float) + 4 * sizeof(std::int64_t);
  EXPECT_GE(refused, data);
  for (std::size_t i = whole.size() - data; i < whole.size(); ++i) {
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    EXPECT_THAT(refusal(flipped),
                AllOf(HasSubstr("the weights are damaged"), HasSubstr("remove the file")));
  }
}

TEST(WeightFile, OnesWithoutAChecksumAreTakenAsTheyAre) {
  const TemporaryFolder folder;
  const auto path = folder.path("old.safetensors");
  const float value = 0.5F;
  std::ofstream(path, std::ios::binary)
      << file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                 std::string(reinterpret_cast<const char*>(&value), sizeof value));
  EXPECT_EQ(read_weights(path).tensors.at("a").item<float>(), 0.5F);
}

TEST(WeightFile, CutShortAnywhereIsRefused) {
  const TemporaryFolder folder;
  write_weights(folder.path("w"), {{{"a", torch::ones({3, 2})}, {"b", torch::zeros({4})}}, {}});
  const auto whole = bytes_of(folder.path("w"));
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_THAT(refusal(whole.substr(0, length)), HasSubstr("these are not usable weights"));
  EXPECT_THAT(refusal(whole.substr(0, whole.size() - 1)), HasSubstr("cut short"));
  EXPECT_THAT(refusal(whole + "x"), HasSubstr("its header describes"));
}

TEST(WeightFile, ImpossibleHeadersAreRefusedWithTheirReason) {
  EXPECT_THAT(refusal(std::string(8, '\xff')), HasSubstr("header"));
  EXPECT_THAT(refusal(file_of("[1]", "")), HasSubstr("not a JSON object"));
  EXPECT_THAT(refusal(file_of("{", "")), HasSubstr("not a JSON object"));
  EXPECT_THAT(refusal(file_of(R"({"a":{"dtype":"F32","shape":[2]}})", "12345678")),
              HasSubstr("tensor a is not described"));
  EXPECT_THAT(
      refusal(file_of(R"({"a":{"dtype":"F8","shape":[2],"data_offsets":[0,8]}})", "12345678")),
      HasSubstr("unknown type F8"));
  EXPECT_THAT(
      refusal(file_of(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", "12345678")),
      HasSubstr("impossible shape"));
  EXPECT_THAT(refusal(file_of(
                  R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}})",
                  "12345678")),
              HasSubstr("impossible shape"));
  EXPECT_THAT(refusal(file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "1234")),
              HasSubstr("needs 8 bytes"));
  EXPECT_THAT(
      refusal(file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", "12345678")),
      HasSubstr("begins at byte 4"));
  EXPECT_THAT(refusal(file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                              R"("b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                              "1234")),
              HasSubstr("begins at byte 0"));
}

TEST(WeightFile, UnwritablePlacesAreRefused) {
  EXPECT_THAT(error_text<InputError>([] { write_weights("/proc/none/w", {}); }),
              HasSubstr("cannot write weights (/proc/none/w"));
  EXPECT_THAT(error_text<InputError>([] { read_weights("/none/w"); }),
              HasSubstr("cannot read weights (/none/w"));
}

TEST(LoadTensors, MakesNetworksEqual) {
  auto from = network_of(16);
  UNet to(from->shape());
  load_tensors(*to, tensors_of(*from), "memory");
  const auto images = torch::ones({1, 2, 8, 8});
  EXPECT_TRUE(torch::equal(from(images, torch::tensor({4})), to(images, torch::tensor({4}))));
}

TEST(WeightFile, FilesOfTorchSaveAreReadAsLibTorchReadsThem) {
  for (const char* name : {"types.pt", "views.pt"}) {
    const auto bytes = bytes_of(golden(name));
    const auto expected = torch::jit::pickle_load({bytes.begin(), bytes.end()}).toGenericDict();
    const Weights weights = read_weights(golden(name));
    ASSERT_EQ(weights.tensors.size(), expected.size()) << name;
    for (const auto& item : expected) {
      const auto& tensor = weights.tensors.at(item.key().toStringRef());
      EXPECT_EQ(tensor.scalar_type(), item.value().toTensor().scalar_type()) << item.key();
      EXPECT_TRUE(torch::equal(tensor, item.value().toTensor())) << item.key();
      EXPECT_TRUE(tensor.is_contiguous() && tensor.device().is_cpu()) << item.key();
    }
  }
}

TEST(WeightFile, OfACheckpointItSaysWhichPartItTook) {
  const Weights weights = read_weights(golden("checkpoint.pt"));
  EXPECT_EQ(weights.metadata.at("part"), "ema");
  EXPECT_TRUE(torch::equal(weights.tensors.at("bias"), torch::tensor({120.F, 121.F})));
}

TEST(WeightFile, FilesFromBefore1_6AreReadWhereNothingIsAligned) {
  const Weights present = read_weights(golden("types.pt")),
                old = read_weights(golden("old_types.pt"));
  ASSERT_EQ(old.tensors.size(), present.tensors.size());
  for (const auto& [name, tensor] : present.tensors) {
    EXPECT_EQ(old.tensors.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(torch::equal(old.tensors.at(name), tensor)) << name;
  }
}

TEST(WeightFile, TensorsThatLieInTheFileAsTheyAreUsedAreNotCopied) {
  const Weights weights = read_weights(golden("views.pt"));
  EXPECT_EQ(weights.tensors.at("whole").data_ptr(), weights.tensors.at("again").data_ptr());
  const auto before = bytes_of(golden("views.pt"));
  weights.tensors.at("again").fill_(-1);
  EXPECT_EQ(bytes_of(golden("views.pt")), before);
  EXPECT_EQ(weights.tensors.at("whole").min().item<float>(), -1);
  EXPECT_EQ(weights.tensors.at("transposed").min().item<float>(), 0);
}

TEST(LoadTensors, NamesWhatDoesNotFit) {
  auto network = network_of(16);
  auto tensors = tensors_of(*network);
  const auto refused = [&] {
    return error_text<InputError>([&] { load_tensors(*network, tensors, "w.safetensors"); });
  };
  tensors["in.weight"] = torch::zeros({16, 3, 3, 3});
  EXPECT_THAT(refused(), AllOf(HasSubstr("w.safetensors"), HasSubstr("in.weight"),
                               HasSubstr("(16, 3, 3, 3)"), HasSubstr("(16, 2, 3, 3)")));
  ASSERT_EQ(tensors.erase("out.bias"), 1U);
  tensors["extra"] = torch::zeros({1});
  EXPECT_THAT(refused(), AllOf(HasSubstr("missing: out.bias;"), HasSubstr("unknown: extra;"),
                               HasSubstr("of another shape: in.weight (16, 3, 3, 3) in the file, "
                                         "(16, 2, 3, 3) in the network)")));
}

TEST(LoadTensors, OfManyThatDoNotFitNamesTheFirstAndCountsTheOthers) {
  auto network = network_of(16);
  const auto own = tensors_of(*network);
  std::map<std::string, torch::Tensor> tensors;
  for (int k = 0; k < 9; ++k) tensors["other" + std::to_string(k)] = torch::zeros({1});
  const auto text = error_text<InputError>([&] { load_tensors(*network, tensors, "memory"); });
  EXPECT_THAT(text,
              HasSubstr("unknown: other0, other1, other2, other3, other4, other5 and 3 more"));
  EXPECT_THAT(text, HasSubstr(concat(" and ", own.size() - 6, " more; unknown")));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("shape")));
}

TEST(LoadTensors, ARefusedFileLeavesTheNetworkAsItWas) {
  auto network = network_of(16);
  const auto before = tensors_of(*network);
  auto tensors = before;
  for (auto& [name, tensor] : tensors) tensor = tensor + 1;
  tensors["in.weight"] = torch::zeros({1});
  EXPECT_THROW(load_tensors(*network, tensors, "memory"), InputError);
  for (const auto& [name, tensor] : tensors_of(*network))
    EXPECT_TRUE(torch::equal(tensor, before.at(name))) << name;
}

}  // namespace
}  // namespace syncgap::networks
