#include <cmath>
#include <filesystem>
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

std::string small_decisions_job(const TemporaryFolder& folder) {
  return concat(R"([experiment]
name = "network_decisions"
data_path = ")",
                folder.path(), R"("
classes = [0, 1]
class_count = 3
side = 8
patch = 2
width = 16
depth = 2
heads = 2
epochs = 3
batch = 20
steps = 10
group = 12
context_samples = 8
classifier_width = 8
classifier_epochs = 6
classifier_batch = 20
held_out = false
loss_images = 61
trunks = 12
clones = 3
resamples = 20
models = ")",
                folder.path("models"), R"("
)");
}

TEST(NetworkDecisions, MeasuresEverythingOfASmallNetwork) {
  const TemporaryFolder folder;
  write_made_up_images(folder, 360, 8, 20);
  const auto job = RanJob::from_text(small_decisions_job(folder));
  expect_complete(job);
  EXPECT_EQ(job.value("loss_image_count", 0), 60);  // the same number of each class
  EXPECT_EQ(job.value("trunk_count", 0), 12);
  EXPECT_NEAR(job.value("class_entropy_prior", 0), std::log(2.0), 1e-12);
  const auto entropy = job.values("loss_class_entropy", 0),
             posterior = job.values("conditional_class_entropy", 0),
             own = job.values("own_class_probability", 0);
  EXPECT_NEAR(posterior.back(), std::log(2.0), 1e-12);  // nothing seen yet
  EXPECT_NEAR(own.back(), 0.5, 1e-12);
  for (const double left : posterior) {
    EXPECT_GE(left, 0);
    EXPECT_LE(left, std::log(2.0) + 1e-12);
  }
  EXPECT_NEAR(entropy.back(), std::log(2.0), 1e-12);
  EXPECT_NEAR(entropy.front(), std::log(2.0) - job.value("class_information_total", 0), 1e-12);
  const auto time = job.values("step_time", 0), rate = job.values("entropy_rate", 0),
             error = job.values("noise_error", 0),
             of_class = job.values("loss_class_entropy_rate", 0);
  for (std::size_t k = 0; k < time.size(); ++k) {
    const double scale = -1 / std::expm1(-2 * time[k]);  // 1 / (1 - abar)
    EXPECT_NEAR(rate[k] / (scale * error[k]), 1, 1e-9);
    EXPECT_NEAR(of_class[k], scale * (error[k] - error[time.size() + k]), 1e-9 * rate[k]);
  }
  EXPECT_NEAR(error[time.size() - 1], 0, 64);  // of 64 numbers, hardly any is not known
  const auto agreement = job.values("clone_agreement", 0), left = job.values("branch_time", 0);
  ASSERT_EQ(agreement.size(), 10);
  EXPECT_GT(left.front(), left.back());
  EXPECT_GT(agreement.back(), 0.9);
  const double both = job.value("independent_agreement", 0);
  for (std::size_t b = 0; both < 1 && b < agreement.size(); ++b)
    EXPECT_NEAR(job.value("clone_excess", 0, b), (agreement[b] - both) / (1 - both), 1e-9);
  const double p = job.value("class_share", 0, 0), q = job.value("class_share", 0, 1);
  EXPECT_NEAR(both, (36 * (p * p + q * q) - 1) / 35, 1e-9);
  for (const double grey : job.values("sample_pixels", 0)) {
    EXPECT_GE(grey, 0);
    EXPECT_LE(grey, 1);
  }
}

TEST(NetworkDecisions, RunsItsJobOnImagesThatWereNotTrainedOn) {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist"))
    GTEST_SKIP() << "dataset-fashion-mnist is not installed";
  const TemporaryFolder folder;
  const auto job = RanJob::from_file(
      "dit_decisions.toml", "smoke",
      {"experiment.models=\"" + folder.path("models") + "\"", "experiment.images=100",
       "experiment.epochs=1", "experiment.patch=7", "experiment.width=16", "experiment.steps=6",
       "experiment.loss_images=20", "experiment.trunks=8", "experiment.clones=2",
       "experiment.classes=[0, 9]", "axes.step=[50, 300, 600, 999]", "experiment.resamples=10"});
  expect_complete(job);
  EXPECT_EQ(job.value("loss_image_count", 0), 20);
  EXPECT_EQ(job.value("image_count", 0), 100);
  EXPECT_GT(job.value("classifier_accuracy", 0), 0.9);
}

TEST(NetworkDecisions, CallsANetworkReliableByItsOptions) {
  const TemporaryFolder folder;
  write_made_up_images(folder, 360, 8, 20);
  const auto reliable = [&](const std::string& last) {
    return RanJob::from_text(small_decisions_job(folder),
                             {"experiment.least_context_rise=0", "experiment.least_accuracy=0",
                              "experiment.most_share=1", last})
        .value("reliable", 0);
  };
  EXPECT_EQ(reliable("experiment.resamples=20"), 1);
  EXPECT_EQ(reliable("experiment.least_context_rise=9"), 0);
  EXPECT_EQ(reliable("experiment.most_share=0.2"), 0);
}

TEST(NetworkDecisions, ChangeNoNumberOfOneBranchStepByAnother) {
  const TemporaryFolder folder;
  write_made_up_images(folder, 360, 8, 20);
  const auto all = RanJob::from_text(small_decisions_job(folder));
  const auto some = RanJob::from_text(small_decisions_job(folder),
                                      {"axes.branch_step=[0, 4, 7]", "axes.shown=[7]",
                                       "axes.step=[0, 500, 999]", "axes.sample=[1]"});
  EXPECT_EQ(some.value("conditional_entropy", 0, 1), all.value("conditional_entropy", 0, 4));
  EXPECT_EQ(some.value("clone_agreement", 0, 2), all.value("clone_agreement", 0, 7));
  const std::size_t last = all.values("step_time", 0).size() - 1;
  EXPECT_EQ(some.value("noise_error", 0, 2), all.value("noise_error", 0, last));
}

TEST(NetworkDecisions, WhatCannotBeRunIsRefused) {
  const TemporaryFolder folder;
  write_made_up_images(folder, 90, 8, 25);
  const auto refused = [&](const std::string& setting) {
    return refusal(small_decisions_job(folder), {setting});
  };
  EXPECT_THAT(refused("experiment.held_out=true"), HasSubstr("set it to false"));
  EXPECT_THAT(refused("experiment.loss_images=90"), HasSubstr("lower it to 60"));
  EXPECT_THAT(refused("experiment.loss_images=3"), HasSubstr("two images of each class"));
  EXPECT_THAT(refused("experiment.classes=[0]"), HasSubstr("fewer than two classes"));
  EXPECT_THAT(refused("experiment.guidance=2.0"), HasSubstr("set it to 1"));
  EXPECT_THAT(refused("experiment.label_dropout=0.0"), HasSubstr("raise it"));
  EXPECT_THAT(refused("axes.step=[0, 500]"), HasSubstr("at least 3"));
  EXPECT_THAT(refused("axes.step=[0, 500, 1000]"), HasSubstr("0 to 999"));
  EXPECT_THAT(refused("axes.branch_step=[1, 2, 3]"), HasSubstr("begin with 0"));
  EXPECT_THAT(refused("axes.branch_step=[0, 2, 10]"), HasSubstr("10 steps"));
  EXPECT_THAT(refused("axes.shown=[11]"), HasSubstr("axes.branch_step"));
  EXPECT_THAT(refused("axes.clone=[3]"), HasSubstr("more experiment.clones"));
  EXPECT_THAT(refused("axes.sample=[12]"), HasSubstr("more experiment.trunks"));
  EXPECT_THAT(refused("axes.label=[0]"), HasSubstr("leave it out"));
  EXPECT_THAT(refused("axes.told=[\"own\"]"), HasSubstr("leave it out"));
  EXPECT_THAT(refused("experiment.encoder_weights=\"" + folder.path() + "\""),
              HasSubstr("classes of ImageNet"));
  EXPECT_THAT(refused("experiment.published=\"XL/2\""), HasSubstr("dl.fbaipublicfiles.com"));
  // What only pairs have is no option here.
  EXPECT_THAT(refused("experiment.pairs=4"), HasSubstr("pairs"));
}

}  // namespace
}  // namespace syncgap::experiments
