#include "networks/weight_file.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

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
              HasSubstr("cannot read weights (/none/w)"));
}

TEST(LoadTensors, MakesNetworksEqual) {
  auto from = network_of(16);
  UNet to(from->shape());
  load_tensors(*to, tensors_of(*from), "memory");
  const auto images = torch::ones({1, 2, 8, 8});
  EXPECT_TRUE(torch::equal(from(images, torch::tensor({4})), to(images, torch::tensor({4}))));
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
  tensors.erase("in.weight");
  tensors["extra"] = torch::zeros({1});
  EXPECT_THAT(refused(), AllOf(HasSubstr("missing: in.weight"), HasSubstr("unknown: extra")));
}

}  // namespace
}  // namespace syncgap::networks
