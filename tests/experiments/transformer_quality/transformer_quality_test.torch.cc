#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/numbers.h"
#include "experiments/run_job.h"
#include "made_up_images.h"
#include "temporary_folder.h"

namespace syncgap::experiments {
namespace {

using ::testing::HasSubstr;

std::string small_quality_job(const TemporaryFolder& folder, const std::string& more = "") {
  return concat(R"([experiment]
name = "transformer_quality"
data_path = ")",
                folder.path(), R"("
classes = [0, 1]
class_count = 3
side = 8
patch = 2
width = 16
depth = 2
heads = 2
epochs = 2
batch = 20
steps = 10
group = 7
context_samples = 8
classifier_width = 8
classifier_epochs = 6
classifier_batch = 20
samples = 40
free_samples = 30
feature_components = 6
resamples = 20
models = ")",
                folder.path("models"), R"("
)",
                more);
}

TEST(TransformerQuality, MeasuresEverythingOfASmallNetwork) {
  const TemporaryFolder folder;
  write_made_up_images(folder, 360, 8, 20);
  const auto job = RanJob::from_text(small_quality_job(folder));
  expect_complete(job);
  EXPECT_EQ(job.value("image_count", 0), 240);
  EXPECT_EQ(job.value("test_count", 0), 24);  // a tenth is held out where there is no test part
  EXPECT_EQ(job.value("component_count", 0), 6);
  EXPECT_GT(job.value("component_share", 0), 0.3);
  EXPECT_GT(job.value("classifier_accuracy", 0), 0.9);
  const double counts[] = {40, 30, 40};
  for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(job.value("compared_count", 0, k), counts[k]);
  EXPECT_DOUBLE_EQ(job.value("label_right", 0),
                   (job.value("class_right", 0, 0) + job.value("class_right", 0, 1)) / 2);
  EXPECT_DOUBLE_EQ(job.value("class_share", 0, 0) + job.value("class_share", 0, 1), 1);
  const double p = job.value("class_share", 0, 0), q = 1 - p;
  EXPECT_NEAR(job.value("class_balance", 0),
              p * q > 0 ? std::exp(-p * std::log(p) - q * std::log(q)) / 2 : 0.5, 1e-12);
  // A network of two epochs is further from real images than these are from each other.
  EXPECT_GT(job.value("frechet_distance", 0, 0), job.value("frechet_distance", 0, 2));
  EXPECT_EQ(job.value("reliable", 0), 0);
  for (const double grey : job.values("sample_pixels", 0)) {
    EXPECT_GE(grey, 0);
    EXPECT_LE(grey, 1);
  }
}

TEST(TransformerQuality, HasNoDistanceOfTooFewImages) {
  const TemporaryFolder folder;
  write_made_up_images(folder, 90, 8, 20);  // of which 6 are test images
  const auto job = RanJob::from_text(small_quality_job(folder), {"experiment.free_samples=0"});
  for (std::size_t k = 0; k < 3; ++k) EXPECT_TRUE(std::isnan(job.value("frechet_plain", 0, k)));
  EXPECT_TRUE(std::isnan(job.value("class_balance", 0)));
  EXPECT_TRUE(std::isnan(job.value("class_share", 0)));
  EXPECT_FALSE(std::isnan(job.value("label_right", 0)));
}

TEST(TransformerQuality, CallsANetworkReliableByItsOptions) {
  const TemporaryFolder folder;
  write_made_up_images(folder, 360, 8, 20);
  const auto reliable = [&](const std::string& last) {
    return RanJob::from_text(small_quality_job(folder),
                             {"experiment.least_context_rise=0", "experiment.least_right=0",
                              "experiment.least_accuracy=0", "experiment.least_balance=0", last})
        .value("reliable", 0);
  };
  EXPECT_EQ(reliable("experiment.least_right=0"), 1);
  EXPECT_EQ(reliable("experiment.least_right=1"), 0);
  EXPECT_EQ(reliable("experiment.least_balance=1"), 0);
  EXPECT_EQ(reliable("experiment.least_context_rise=9"), 0);
}

TEST(TransformerQuality, ShowsTheSameSamplesWhateverElseIsAsked) {
  const TemporaryFolder folder;
  write_made_up_images(folder, 360, 8, 20);
  const auto all = RanJob::from_text(small_quality_job(folder), {"axes.shown_class=[0, -1, 1]"});
  const auto some = RanJob::from_text(small_quality_job(folder),
                                      {"axes.shown_class=[1]", "axes.sample=[2]",
                                       "experiment.free_samples=0", "experiment.real_images=20"});
  const auto whole = all.values("sample_pixels", 0), one = some.values("sample_pixels", 0);
  ASSERT_EQ(one.size(), 64);
  for (std::size_t k = 0; k < 64; ++k) EXPECT_EQ(one[k], whole[(2 * 6 + 2) * 64 + k]);
}

TEST(TransformerQuality, WhatCannotBeRunIsRefused) {
  const TemporaryFolder folder;
  write_made_up_images(folder, 60, 8, 25);
  const auto refused = [&](const std::string& setting) {
    return refusal(small_quality_job(folder), {setting});
  };
  EXPECT_THAT(refused("axes.sample=[20]"), HasSubstr("20 are told class 0"));
  EXPECT_THAT(refused("axes.sample=[30]"), HasSubstr("more experiment.free_samples"));
  EXPECT_THAT(refused("axes.shown_class=[2]"), HasSubstr("0 to 1"));
  EXPECT_THAT(refused("axes.label=[0]"), HasSubstr("leave it out"));
  EXPECT_THAT(refused("experiment.label_dropout=0.0"), HasSubstr("free_samples = 30"));
  EXPECT_THAT(refused("experiment.variance=\"learned\""), HasSubstr("learned no variance"));
  EXPECT_THAT(refused("experiment.decoder_weights=\"x\""), HasSubstr("nothing to decode"));
  EXPECT_THAT(refused("experiment.encoder_weights=\"" + folder.path() + "\""),
              HasSubstr("classes of ImageNet"));
  EXPECT_THAT(refused("experiment.published=\"XL/2\""), HasSubstr("dl.fbaipublicfiles.com"));
  // What only pairs have is no option here.
  EXPECT_THAT(refused("experiment.pairs=4"), HasSubstr("pairs"));
  EXPECT_THAT(refused("axes.g=[0.5]"), HasSubstr("g"));
}

}  // namespace
}  // namespace syncgap::experiments
