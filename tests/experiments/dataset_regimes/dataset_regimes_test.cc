#include "experiments/dataset_regimes/dataset_regimes.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/run_job.h"
#include "experiments/shared/image_source.h"
#include "made_up_images.h"

namespace syncgap::experiments {
namespace {

using testing::HasSubstr;

const char* const kFashion = "/usr/share/datasets/fashion-mnist";

/// Ninety made-up images of 6 x 6 pixels, thirty of each class.
class DatasetRegimes : public testing::Test {
 protected:
  DatasetRegimes() { write_made_up_images(folder_, 90, 6, 30); }

  std::string job(const std::string& measure, const std::string& more = "",
                  const std::string& axes = "") const {
    return "[experiment]\nname = \"dataset_regimes\"\ndata_path = \"" + folder_.path() +
           "\"\nclass_count = 3\npadded_size = 6\nresamples = 200\nmeasure = [" + measure + "]\n" +
           more + "\n[axes]\nclasses = [\"0-1\"]\nimages = [60]\n" + axes + "\n";
  }

  TemporaryFolder folder_;
};

TEST_F(DatasetRegimes, EverythingIsMeasured) {
  const RanJob ran = RanJob::from_text(
      job("\"spectrum\", \"posterior\", \"paths\", \"trajectories\"", "samples = 300\nsteps = 60",
          "path = { range = [0, 50] }\ntrajectory = { range = [0, 70] }"));
  expect_complete(ran);
  EXPECT_EQ(ran.value("image_count", 0), 60);
  EXPECT_EQ(ran.value("dimension", 0), 36);
  EXPECT_EQ(ran.value("varying_dimension", 0), 36);
  for (std::size_t m = 0; m < 70; ++m) {
    const double image = ran.value("final_image", 0, m);
    EXPECT_EQ(std::fmod(image, 3), ran.value("final_class", 0, m));
  }
}

TEST_F(DatasetRegimes, TheSpectrumIsThatOfTwoClusters) {
  const RanJob ran = RanJob::from_text(job("\"spectrum\""));
  // Class means differ by 60 grey levels in each of 36 pixels: d mu^2 = 36 (30/255)^2; the noise
  // adds its own variance, and its largest eigenvalue fluctuates.
  const double means = 36 * std::pow(30 / 255.0, 2), noise = std::pow(30 / 255.0, 2);
  EXPECT_NEAR(ran.value("largest_eigenvalue", 0), means + noise, 0.15);
  EXPECT_LT(ran.value("largest_eigenvalue_low", 0), ran.value("largest_eigenvalue", 0));
  EXPECT_GT(ran.value("largest_eigenvalue_high", 0), ran.value("largest_eigenvalue", 0) - 0.02);
  EXPECT_NEAR(ran.value("speciation_time", 0), 0.5 * std::log(ran.value("largest_eigenvalue", 0)),
              1e-12);
  EXPECT_GT(ran.value("class_alignment", 0), 0.98);
  EXPECT_GT(ran.value("class_share", 0), 0.85);
}

TEST_F(DatasetRegimes, CurvesHaveTheirLimitsAndNeverTurn) {
  const RanJob ran = RanJob::from_text(
      job("\"posterior\"", "samples = 600\nprecision = \"double\"",
          "time = [1e-5, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 12.0]"));
  const auto entropy = ran.values("excess_entropy", 0);
  const auto image = ran.values("collapse_agreement", 0);
  const auto of_class = ran.values("speciation_agreement", 0);
  const auto class_entropy = ran.values("class_entropy", 0);
  EXPECT_NEAR(entropy[0], 0, 1e-12);
  EXPECT_NEAR(image[0], 1, 1e-12);
  EXPECT_NEAR(of_class[0], 1, 1e-12);
  EXPECT_NEAR(entropy[13], std::log(60.0) / 36, 1e-6);
  EXPECT_NEAR(image[13], 1 / 60.0, 1e-6);
  EXPECT_NEAR(of_class[13], 0.5, 1e-6);
  EXPECT_NEAR(class_entropy[13], std::log(2.0), 1e-6);
  // Data processing: noise only hides. Images and noise are the same at all times.
  for (std::size_t t = 1; t < entropy.size(); ++t) {
    EXPECT_GE(entropy[t], entropy[t - 1] - 1e-12);
    EXPECT_LE(image[t], image[t - 1] + 1e-12);
    EXPECT_LE(of_class[t], of_class[t - 1] + 0.01);
    EXPECT_GE(class_entropy[t], class_entropy[t - 1] - 0.01);
    // The class is a function of the image.
    EXPECT_LE(class_entropy[t], 36 * entropy[t] + 1e-12);
    EXPECT_GE(of_class[t], image[t]);
  }
  // Averages over the source and over the posterior measure the same.
  for (std::size_t t = 0; t < entropy.size(); ++t) {
    EXPECT_NEAR(ran.value("excess_entropy_sampled", 0, t), entropy[t],
                4 * error_of(ran, "excess_entropy_sampled", t) + 1e-9);
    EXPECT_NEAR(ran.value("true_weight", 0, t), image[t],
                4 * error_of(ran, "true_weight", t) + 1e-9);
  }
  const double collapse = ran.value("collapse_crossing_time", 0);
  EXPECT_GT(ran.value("speciation_crossing_time", 0), collapse);
  EXPECT_GT(collapse, ran.value("entropy_tangent_time", 0));
  EXPECT_LT(ran.value("collapse_crossing_time_low", 0), collapse);
  EXPECT_GT(ran.value("collapse_crossing_time_high", 0), collapse);
}

TEST_F(DatasetRegimes, TimesThatMissTheCollapseGiveNoTime) {
  const RanJob ran = RanJob::from_text(
      job("\"posterior\"", "samples = 200", "time = [3.0, 3.5, 4.0, 4.5, 5.0, 6.0]"));
  for (const char* name : {"speciation_crossing_time", "collapse_crossing_time",
                           "entropy_threshold_time", "entropy_tangent_time"})
    for (const char* part : {"", "_low", "_high"})
      EXPECT_TRUE(std::isnan(ran.value(std::string(name) + part, 0))) << name << part;
}

TEST_F(DatasetRegimes, PrecisionsAgree) {
  const std::string axes = "time = [0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0]";
  const RanJob single = RanJob::from_text(job("\"posterior\"", "samples = 200", axes));
  const RanJob precise =
      RanJob::from_text(job("\"posterior\"", "samples = 200\nprecision = \"double\"", axes));
  for (const char* name : {"excess_entropy", "collapse_agreement", "speciation_agreement"})
    for (std::size_t t = 0; t < 7; ++t) {
      const double value = precise.value(name, 0, t);
      EXPECT_NEAR(single.value(name, 0, t), value, 1e-5 * value) << name << " " << t;
    }
}

TEST_F(DatasetRegimes, ClonesOfTheBackwardDiffusionDoWhatThePosteriorSays) {
  for (const char* scheme : {"ancestral", "euler"}) {
    const RanJob ran = RanJob::from_text(job(
        "\"trajectories\"", std::string("steps = 400\nsamples = 4000\nscheme = \"") + scheme + "\"",
        "trajectory = { range = [0, 1500] }\ntime = [1.0]\nimage_time = [0.0]\n"
        "branch_time = [2.0, 1.0, 0.5, 0.2, 0.1, 0.05]"));
    for (std::size_t b = 0; b < 6; ++b)
      for (const std::string name : {"clone_agreement", "clone_collapse"}) {
        const double exact = ran.value(name + "_exact", 0, b);
        const double error =
            std::hypot(std::sqrt(exact * (1 - exact) / 1500), error_of(ran, name + "_exact", b));
        EXPECT_NEAR(ran.value(name, 0, b), exact, 4 * error + 0.01) << scheme << name << b;
      }
  }
}

TEST_F(DatasetRegimes, ExactPathsAndTrajectoriesCollapseAtTheSameTime) {
  const RanJob ran = RanJob::from_text(
      job("\"paths\", \"trajectories\"", "steps = 400\npath_step = 0.002",
          "trajectory = { range = [0, 400] }\npath = { range = [0, 1500] }\ntime = [1.0]\n"
          "branch_time = [1.0]\nimage_time = [0.0]"));
  const double paths = ran.value("last_change_mean", 0);
  const double trajectories = ran.value("trajectory_last_change_mean", 0);
  EXPECT_NEAR(paths, trajectories,
              4 * std::hypot(error_of(ran, "last_change_mean", 0),
                             error_of(ran, "trajectory_last_change_mean", 0)) +
                  0.004);
  for (const double t : ran.values("last_change", 0)) EXPECT_GT(t, 0);
}

TEST_F(DatasetRegimes, TrajectoriesEndOnTheImageTheyName) {
  const RanJob ran = RanJob::from_text(
      job("\"trajectories\"", "steps = 80\nsamples = 100",
          "trajectory = { range = [0, 5] }\nstrip = [0, 3]\nimage_time = [0.0, 1.0]\n"
          "branch_time = [0.0005]\ntime = [0.5]"));
  const data::ImageSet images = read_images({.data_path = folder_.path(), .class_count = 3});
  std::vector<float> image(36);
  for (std::size_t s = 0; s < 2; ++s) {
    images.copy_image(static_cast<std::size_t>(ran.value("final_image", 0, 3 * s)), image);
    for (std::size_t k = 0; k < 36; ++k) {
      const auto pixel = static_cast<double>(image[k]);
      EXPECT_NEAR(ran.value("state_pixels", 0, (s * 2) * 36 + k), pixel, 1e-5);
      EXPECT_NEAR(ran.value("denoised_pixels", 0, (s * 2) * 36 + k), pixel, 1e-5);
      // So late that the clone must follow.
      EXPECT_NEAR(ran.value("clone_pixels", 0, s * 36 + k), pixel, 1e-6);
    }
  }
}

TEST_F(DatasetRegimes, IdenticalImagesNeitherSpeciateNorCollapse) {
  // All of class 2 is one image; with class 2 named twice the pair is refused.
  write_made_up_images(folder_, 90, 6, 0);  // now the classes 0 and 1 are one image each
  const RanJob ran = RanJob::from_text(
      job("\"spectrum\", \"posterior\"", "samples = 50", "time = [0.001, 0.01, 0.5, 9.0]"));
  for (std::size_t t = 0; t < 3; ++t) {
    EXPECT_NEAR(ran.value("collapse_agreement", 0, t), ran.value("speciation_agreement", 0, t) / 30,
                1e-7);
    EXPECT_NEAR(ran.value("excess_entropy", 0, t) * 36,
                std::log(30.0) + ran.value("class_entropy", 0, t), 1e-6);
  }
  EXPECT_NEAR(ran.value("excess_entropy", 0, 0), std::log(30.0) / 36, 1e-9);
  EXPECT_TRUE(std::isnan(ran.value("collapse_crossing_time", 0)));
  EXPECT_NEAR(ran.value("class_share", 0), 1, 1e-9);
  EXPECT_NEAR(ran.value("largest_eigenvalue", 0), 36 * std::pow(30 / 255.0, 2), 1e-6);
}

TEST_F(DatasetRegimes, NumbersDependOnTheUnitAlone) {
  const std::string measure = "\"spectrum\", \"posterior\", \"paths\", \"trajectories\"";
  const std::string options = "samples = 100\nsteps = 30";
  const std::string axes =
      "path = { range = [0, 9] }\ntrajectory = { range = [0, 6] }\ntime = [0.1, 0.5, 1.0]\n"
      "branch_time = [0.5]\nimage_time = [0.0]\n";
  const RanJob both = RanJob::from_text(job(measure, options, axes + "seed = [1, 2]"));
  const RanJob second = RanJob::from_text(job(measure, options, axes + "seed = [2]"));
  const RanJob more_paths =
      RanJob::from_text(job(measure, options, axes + "seed = [2]"), {"axes.path={range=[0, 20]}"});
  for (const Observable& observable : both.observables()) {
    const auto a = both.values(observable.name, 1), b = second.values(observable.name, 0);
    for (std::size_t i = 0; i < a.size(); ++i)
      EXPECT_TRUE(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) << observable.name;
  }
  EXPECT_NE(both.value("largest_eigenvalue", 0), 0);
  EXPECT_NE(both.value("excess_entropy", 0, 1), both.value("excess_entropy", 1, 1));
  for (std::size_t p = 0; p < 9; ++p)
    EXPECT_EQ(more_paths.value("last_change", 0, p), second.value("last_change", 0, p));
}

TEST_F(DatasetRegimes, BadInputIsRefused) {
  const std::string fine = job("\"posterior\"", "samples = 4", "time = [0.1, 0.2, 0.3]");
  EXPECT_EQ(refusal(fine), "");
  EXPECT_THAT(refusal(fine, {"axes.classes=[\"0\"]"}), HasSubstr("does not name two classes"));
  EXPECT_THAT(refusal(fine, {"axes.classes=[\"1-1\"]"}), HasSubstr("does not name two classes"));
  EXPECT_THAT(refusal(fine, {"axes.classes=[\"0-1x\"]"}), HasSubstr("does not name two classes"));
  EXPECT_THAT(refusal(fine, {"axes.classes=[\"0-7\"]"}),
              HasSubstr("there is no class 7 (axes.classes, saw \"0-7\"): classes are below "
                        "experiment.class_count = 3"));
  EXPECT_THAT(refusal(fine, {"axes.classes=[\"0-7\"]", "experiment.class_count=10"}),
              HasSubstr("no image of class 7"));
  EXPECT_THAT(refusal(fine, {"axes.images=[-4]"}), HasSubstr("saw -4): give at least 4, or 0"));
  EXPECT_THAT(refusal(fine, {"axes.images=[62]"}), HasSubstr("too few images of class 0"));
  EXPECT_THAT(refusal(fine, {"axes.images=[3]"}), HasSubstr("too few images (axes.images"));
  EXPECT_THAT(refusal(fine, {"experiment.padded_size=5"}), HasSubstr("raise `padded_size`"));
  EXPECT_THAT(refusal(fine, {"experiment.channels=3"}), HasSubstr("lower `channels`"));
  EXPECT_THAT(refusal(fine, {"experiment.class_count=2"}), HasSubstr("a label is out of range"));
  EXPECT_THAT(refusal(fine, {"experiment.data_path=\"/none\""}), HasSubstr("set data_path"));
  EXPECT_THAT(refusal(fine, {"experiment.device=\"cuda:99\""}), HasSubstr("device 'cuda:99'"));
  EXPECT_THAT(refusal(job("")), HasSubstr("nothing to measure"));
  EXPECT_THAT(refusal(fine, {"axes.time=[0.3, 0.2, 0.1]"}), HasSubstr("axes.time"));
  EXPECT_THAT(refusal(fine, {"axes.time=[0.0, 0.2, 0.3]"}), HasSubstr("axes.time"));
  const std::string runs =
      job("\"trajectories\"", "samples = 4\nsteps = 20", "trajectory = [0, 1, 2]\nstrip = [1]");
  EXPECT_THAT(refusal(runs, {"axes.strip=[3]"}), HasSubstr("no such trajectory"));
  // By default images are kept of the first four, or of all there are.
  EXPECT_EQ(refusal(job("\"trajectories\"", "samples = 4\nsteps = 20", "trajectory = [0, 1, 2]")),
            "");
  EXPECT_THAT(refusal(runs, {"axes.row=[0, 1]"}), HasSubstr("leave it out"));
  EXPECT_THAT(refusal(runs, {"axes.branch_time=[50.0]"}), HasSubstr("axes.branch_time"));
  EXPECT_THAT(refusal(job("\"paths\"", "path_step = 9"), {}), HasSubstr("take no step"));
}

TEST(DatasetRegimesOnFashion, JobsRunAtASmallSize) {
  if (!std::filesystem::exists(kFashion)) GTEST_SKIP() << "dataset-fashion-mnist is not installed";
  const RanJob figure =
      RanJob::from_file("regimes_figure5.toml", "smoke",
                        {"axes.images=[60]", "experiment.samples=20", "axes.path={range=[0, 10]}"});
  expect_complete(figure);
  const RanJob first = RanJob::from_file(
      "regimes_figure1.toml", "smoke",
      {"axes.images=[60]", "experiment.samples=20", "axes.trajectory={range=[0, 4]}",
       "axes.strip=[0, 3]", "experiment.steps=20"});
  expect_complete(first);
  const RanJob table =
      RanJob::from_file("regimes_table.toml", "smoke",
                        {"axes.classes=[\"0-9\"]", "axes.images=[100]", "experiment.resamples=20"});
  expect_complete(table);
}

TEST(DatasetRegimesOnMnist, LargestEigenvaluesAreThoseOfTheTable) {
  const char* folder = std::getenv("SYNCGAP_MNIST_DIR");
  if (folder == nullptr) GTEST_SKIP() << "SYNCGAP_MNIST_DIR does not name a copy of MNIST";
  const RanJob ran = RanJob::from_text(
      "[experiment]\nname = \"dataset_regimes\"\ndata_path = \"" + std::string(folder) +
      "\"\nmeasure = [\"spectrum\"]\nsubset = \"first\"\nresamples = 40\n"
      "[axes]\nclasses = [\"1-8\", \"0-7\"]\nimages = [10000]\n");
  EXPECT_NEAR(ran.value("largest_eigenvalue", 0), 7.668, 0.001);
  EXPECT_NEAR(ran.value("speciation_time", 0), 1.02, 0.005);
  EXPECT_NEAR(ran.value("largest_eigenvalue", 1), 12.1, 0.05);
  EXPECT_LT(ran.value("largest_eigenvalue_low", 0), 7.66);
  EXPECT_GT(ran.value("largest_eigenvalue_high", 0), 7.66);
}

}  // namespace
}  // namespace syncgap::experiments
