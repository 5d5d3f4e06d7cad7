#include "models/trained_classifier.h"

#include <algorithm>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/random.h"
#include "data/idx.h"
#include "error_text.h"
#include "made_up_images.h"
#include "temporary_folder.h"

namespace syncgap::models {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using torch::Tensor;

/// Images whose class c is a bright square in quarter c, under noise.
LabelledImages squares(std::int64_t count, std::int64_t classes, const char* purpose) {
  const RandomStream stream(4, purpose);
  auto images = torch::empty({count, 1, 12, 12});
  auto labels = torch::empty({count}, torch::kInt64);
  for (std::int64_t i = 0; i < count; ++i) {
    stream.fill_normals<float>(static_cast<std::uint64_t>(i), 0,
                               {images[i].data_ptr<float>(), 144});
    const std::int64_t label = i % classes;
    labels[i] = label;
    images[i][0].narrow(0, 6 * (label / 2), 6).narrow(1, 6 * (label % 2), 6).add_(1.5);
  }
  return {images, labels};
}

ClassifierImages square_images(std::int64_t classes) {
  return {squares(400, classes, "train"), squares(200, classes, "test"), TestImages::own_part};
}

/// A classifier of made-up images with a folder of models of its own.
struct MadeUp {
  TemporaryFolder folder;
  ClassifierImages set;
  ClassifierTask task;
  ClassifierOptions options;
  DenoiserOptions denoiser;
  parallel::Team team;

  explicit MadeUp(ClassifierImages made, std::int64_t classes) : set(std::move(made)) {
    torch::set_num_threads(1);
    task.images = &set;
    task.classes = classes;
    task.facts = {{"data", "made up"}};
    options.network.width = 8;
    denoiser.place.models = folder.path("models");
  }
  TrainedClassifier train() { return trained_classifier(task, options, denoiser, team); }
};

TEST(TrainedClassifier, LearnsWhatCanBeTold) {
  MadeUp made(square_images(4), 4);
  const auto model = made.train();
  EXPECT_GT(model.accuracy.value, 0.97);
  EXPECT_EQ(model.accuracy.count, 200U);
  EXPECT_LT(model.accuracy.interval.low, model.accuracy.value);
  EXPECT_LE(model.accuracy.value, model.accuracy.interval.high);
  // The accuracy is that of predict.
  const auto predicted = model.predict(made.set.test.images);
  EXPECT_EQ(predicted.eq(made.set.test.labels).sum().item<double>() / 200, model.accuracy.value);
}

TEST(TrainedClassifier, LabelsWithoutMeaningStayAGuess) {
  MadeUp made(square_images(2), 2);
  auto& labels = made.set.test.labels;
  // Half of each true class under either label.
  labels = (torch::arange(200, torch::kInt64).div(2, "floor")).remainder(2);
  const auto accuracy = made.train().accuracy;
  EXPECT_LT(accuracy.interval.low, 0.5);
  EXPECT_GT(accuracy.interval.high, 0.5);
}

TEST(TrainedClassifier, IsReadWithItsAccuracyTheSecondTime) {
  MadeUp made(square_images(2), 2);
  auto first = made.train();
  const auto written =
      std::filesystem::directory_iterator(made.denoiser.place.models)->last_write_time();
  auto second = made.train();
  EXPECT_EQ(std::filesystem::directory_iterator(made.denoiser.place.models)->last_write_time(),
            written);
  EXPECT_EQ(first.accuracy.value, second.accuracy.value);
  const auto x = made.set.test.images;
  EXPECT_TRUE(torch::equal(first.network->forward(x), second.network->forward(x)));
  // Another augmentation is another model.
  made.options.shift = 1;
  made.options.noise = 0.1;
  EXPECT_FALSE(torch::equal(made.train().network->forward(x), first.network->forward(x)));
}

/// Difference images have no sign of their own: half of them are turned at random.
TEST(TrainedClassifier, SymmetrisedLogitsBearEitherSign) {
  MadeUp made(square_images(2), 2);
  auto& test = made.set.test.images;
  const auto upright = test.clone();
  auto signs = torch::ones({200, 1, 1, 1});
  for (std::int64_t i = 0; i < 200; i += 4) signs.narrow(0, i, 2).neg_();
  test = upright * signs;
  EXPECT_LT(made.train().accuracy.value, 0.8);
  made.task.symmetry = networks::SignSymmetry::symmetrised;
  const auto model = made.train();
  EXPECT_GT(model.accuracy.value, 0.97);
  EXPECT_TRUE(torch::equal(model.predict(test), model.predict(upright)));
}

TEST(TrainedClassifier, WrongLabelsAreRefused) {
  MadeUp made(square_images(4), 3);
  EXPECT_THAT(error_text<InputError>([&] { made.train(); }),
              AllOf(HasSubstr("0 to 3"), HasSubstr("3 classes")));
  made.task.classes = 4;
  made.set.test.labels = made.set.test.labels.narrow(0, 0, 7);
  EXPECT_THAT(error_text<InputError>([&] { made.train(); }), HasSubstr("test: [200, 1, 12, 12]"));
}

TEST(ClassifierImages, HoldOutTheLastTenthWhereThereIsNoTestPart) {
  const TemporaryFolder folder;
  write_made_up_images(folder, 90, 8, 10);
  const auto images = data::read_idx_folder(folder.path(), data::Part::train, 10);
  const ImageMaker make = [](const data::ImageSet& set, const std::vector<std::uint32_t>& some) {
    auto out = torch::empty({static_cast<std::int64_t>(some.size()), 1, 8, 8});
    for (std::size_t i = 0; i < some.size(); ++i)
      set.copy_image(some[i], {out[static_cast<std::int64_t>(i)].data_ptr<float>(), 64});
    return out;
  };
  const auto held = classifier_images(images, std::nullopt, {2, 0}, make);
  EXPECT_EQ(held.test_images, TestImages::held_out);
  EXPECT_EQ(held.train.labels.size(0), 54);
  EXPECT_EQ(held.test.labels.size(0), 6);
  // Image 0 is of class 0, which is named second; image 2 of class 2.
  EXPECT_EQ(held.train.labels[0].item<std::int64_t>(), 1);
  EXPECT_EQ(held.train.labels[1].item<std::int64_t>(), 0);
  const auto own = classifier_images(images, images, {2, 0}, make);
  EXPECT_EQ(own.test_images, TestImages::own_part);
  EXPECT_EQ(own.test.labels.size(0), 60);
  EXPECT_TRUE(torch::equal(own.train.images, own.test.images));
}

/// Trousers and shirts of the real test set after one pass over a sixth of the training images.
TEST(TrainedClassifier, TellsRealClassesApart) {
  const std::string place = "/usr/share/datasets/fashion-mnist";
  if (!std::filesystem::exists(place)) GTEST_SKIP() << "no " << place;
  const auto test = data::read_idx_folder(place, data::Part::test, 10);
  const ImageMaker make = [](const data::ImageSet& set, const std::vector<std::uint32_t>& some) {
    const auto count = std::min<std::size_t>(some.size(), 2000);
    auto out = torch::empty({static_cast<std::int64_t>(count), 1, 28, 28});
    for (std::size_t i = 0; i < count; ++i)
      set.copy_image(some[i], {out[static_cast<std::int64_t>(i)].data_ptr<float>(), 784});
    return out;
  };
  auto images =
      classifier_images(data::read_idx_folder(place, data::Part::train, 10), test, {1, 6}, make);
  images.train.labels = images.train.labels.narrow(0, 0, 2000).clone();
  MadeUp made(std::move(images), 2);
  made.options.epochs = 1;
  const auto accuracy = made.train().accuracy;
  EXPECT_EQ(accuracy.count, 2000U);
  EXPECT_GT(accuracy.value, 0.97);
}

}  // namespace
}  // namespace syncgap::models
