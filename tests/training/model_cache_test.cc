#include "training/model_cache.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "error_text.h"
#include "temporary_folder.h"

namespace syncgap::training {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

networks::Weights some_weights() {
  return {{{"layer.weight", torch::arange(6, torch::kFloat32).reshape({2, 3})},
           {"curve.loss", torch::tensor({0.5, 0.25}, torch::kFloat64)}},
          {{"made by", "a test"}}};
}

/// How often it was trained.
struct Counted {
  int times = 0;
  networks::Weights ask(const ModelRequest& request) {
    return cached_model(
        request,
        [&](const std::string&) {
          ++times;
          return some_weights();
        },
        parallel::Team());
  }
};

TEST(CachedModel, IsTrainedOnceAndReadLater) {
  const TemporaryFolder folder;
  const ModelRequest request{folder.path("new/models"), "a model"};
  Counted counted;
  const auto trained = counted.ask(request), read = counted.ask(request);
  EXPECT_EQ(counted.times, 1);
  EXPECT_EQ(trained.metadata, read.metadata);
  EXPECT_EQ(read.metadata.at("identity"), "a model");
  ASSERT_EQ(read.tensors.size(), 2U);
  for (const auto& [name, tensor] : some_weights().tensors) {
    EXPECT_TRUE(torch::equal(read.tensors.at(name), tensor)) << name;
    EXPECT_TRUE(torch::equal(trained.tensors.at(name), tensor)) << name;
  }
  // Nothing but the model is left.
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(request.folder)) {
    EXPECT_EQ(entry.path().string(), request.path());
    ++files;
  }
  EXPECT_EQ(files, 1);
}

TEST(CachedModel, AnotherIdentityIsAnotherFile) {
  const TemporaryFolder folder;
  Counted counted;
  for (const char* identity : {"g=0.1", "g=0.2", "g=0.1"}) counted.ask({folder.path(), identity});
  EXPECT_EQ(counted.times, 2);
}

TEST(CachedModel, TrainingThatFailsLeavesNoModelAndNoLock) {
  const TemporaryFolder folder;
  const ModelRequest request{folder.path(), "a model"};
  std::string checkpoint;
  EXPECT_THROW(cached_model(
                   request,
                   [&](const std::string& path) -> networks::Weights {
                     checkpoint = path;
                     std::ofstream(path) << "half trained";
                     throw UnitStopped("a drain");
                   },
                   parallel::Team()),
               UnitStopped);
  EXPECT_FALSE(std::filesystem::exists(request.path()));
  EXPECT_TRUE(std::filesystem::exists(checkpoint));
  Counted counted;
  counted.ask(request);
  EXPECT_EQ(counted.times, 1);
  EXPECT_FALSE(std::filesystem::exists(checkpoint));
}

TEST(CachedModel, AnotherModelUnderItsNameIsRefused) {
  const TemporaryFolder folder;
  const ModelRequest request{folder.path(), "a model"};
  auto other = some_weights();
  other.metadata["identity"] = "another model";
  networks::write_weights(request.path(), other);
  Counted counted;
  EXPECT_THAT(
      error_text<InputError>([&] { counted.ask(request); }),
      AllOf(HasSubstr("another training"), HasSubstr(request.path()), HasSubstr("move it away")));
  EXPECT_EQ(counted.times, 0);
}

TEST(CachedModel, ADamagedFileSaysWhatToDo) {
  const TemporaryFolder folder;
  const ModelRequest request{folder.path(), "a model"};
  Counted counted;
  counted.ask(request);
  std::filesystem::resize_file(request.path(), std::filesystem::file_size(request.path()) - 3);
  EXPECT_THAT(error_text<InputError>([&] { counted.ask(request); }),
              AllOf(HasSubstr(request.path()), HasSubstr("cut short"), HasSubstr("remove")));
  EXPECT_EQ(counted.times, 1);
}

TEST(CachedModel, AFolderThatCannotBeMadeIsRefusedBeforeTraining) {
  const TemporaryFolder folder;
  folder.write("file", {});
  Counted counted;
  EXPECT_THAT(error_text<InputError>([&] {
                counted.ask({folder.path("file/models"), "a model"});
              }),
              AllOf(HasSubstr(folder.path("file/models")), HasSubstr("Not a directory"),
                    HasSubstr("choose another")));
  // Nor one that exists but takes no file.
  EXPECT_THAT(error_text<InputError>([&] {
                counted.ask({"/proc", "a model"});
              }),
              AllOf(HasSubstr("/proc/"), HasSubstr("choose another")));
  EXPECT_EQ(counted.times, 0);
}

}  // namespace
}  // namespace syncgap::training
