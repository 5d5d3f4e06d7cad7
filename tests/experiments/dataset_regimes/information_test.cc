#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "experiments/dataset_regimes/dataset_regimes.h"
#include "experiments/run_job.h"
#include "made_up_images.h"

namespace syncgap::experiments {
namespace {

/// Ninety made-up images of 6 x 6 pixels, thirty of each class.
class DatasetInformation : public testing::Test {
 protected:
  DatasetInformation() { write_made_up_images(folder_, 90, 6, 30); }

  RanJob run(const std::string& measure, const std::string& more, const std::string& times) const {
    return RanJob::from_text(
        "[experiment]\nname = \"dataset_regimes\"\ndata_path = \"" + folder_.path() +
        "\"\nclass_count = 3\npadded_size = 8\nresamples = 200\nmeasure = [" + measure + "]\n" +
        more + "\n[axes]\nclasses = [\"0-1\"]\nimages = [60]\ntime = " + times + "\n");
  }

  TemporaryFolder folder_;
};

TEST_F(DatasetInformation, EntropiesAreThoseOfThePosteriorPart) {
  const RanJob ran = run("\"posterior\", \"information\"", "samples = 300\nprecision = \"double\"",
                         "[0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0]");
  for (std::size_t t = 0; t < 7; ++t) {
    EXPECT_NEAR(ran.value("conditional_entropy", 0, t), 64 * ran.value("excess_entropy", 0, t),
                1e-10);
    EXPECT_NEAR(ran.value("conditional_class_entropy", 0, t), ran.value("class_entropy", 0, t),
                1e-10);
  }
}

TEST_F(DatasetInformation, ThreeIdentitiesAgreeAndIntegrateToTheEntropy) {
  const RanJob ran = run("\"information\"", "samples = 1500\nprecision = \"double\"",
                         "{ range = [0.01, 1.2, 0.01] }");
  const std::size_t count = ran.values("entropy_rate", 0).size();
  const double step = 0.01;
  double image = 0, of_class = 0, image_error = 0, class_error = 0;
  for (std::size_t t = 0; t < count; ++t) {
    if (ran.value("conditional_entropy", 0, t) > 0.05) {
      for (const char* name : {"gap_score_norm", "gap_denoising"}) {
        EXPECT_LE(std::abs(ran.value(name, 0, t)), 4.5 * error_of(ran, name, t)) << name << t;
      }
    }
    if (t == 0) continue;
    for (const auto& [name, sum] : {std::pair<const char*, double*>{"entropy_rate", &image},
                                    {"class_entropy_rate", &of_class}})
      *sum += 0.5 * step * (ran.value(name, 0, t - 1) + ran.value(name, 0, t));
    image_error += step * error_of(ran, "entropy_rate", t);
    class_error += step * error_of(ran, "class_entropy_rate", t);
    EXPECT_GE(ran.value("entropy_rate", 0, t), ran.value("class_entropy_rate", 0, t));
  }
  // The rates are derivatives of sampled means: noise of the sample remains.
  const auto rise = [&](const char* name) {
    return ran.value(name, 0, count - 1) - ran.value(name, 0, 0);
  };
  EXPECT_NEAR(image, rise("conditional_entropy"), 4 * image_error);
  EXPECT_NEAR(of_class, rise("conditional_class_entropy"), 4 * class_error);
  EXPECT_LT(image_error / image, 0.02);
}

TEST_F(DatasetInformation, VariancesVanishAtBothEndsAndPeakBetween) {
  const RanJob ran = run("\"spectrum\", \"information\"", "samples = 600\nprecision = \"double\"",
                         "[1e-4, 0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, "
                         "0.8, 1.0, 1.2, 1.5, 2.0, 3.0, 9.0]");
  for (const char* name : {"entropy_variance", "class_entropy_variance"}) {
    EXPECT_NEAR(ran.value(name, 0, 0), 0, 1e-9);
    EXPECT_NEAR(ran.value(name, 0, 19), 0, 1e-6);
  }
  // Two clusters at +-mu: V_Z has the height of two points and lies at eta = d mu^2 alpha^2 / Gamma
  // = eta*, near t_S.
  const auto variance = ran.values("class_entropy_variance", 0);
  EXPECT_NEAR(*std::max_element(variance.begin(), variance.end()), 0.0536, 0.012);
  const double speciation = ran.value("speciation_time", 0);
  EXPECT_LT(speciation, 0.0);  // the made-up classes are less than a pixel apart
  EXPECT_GT(ran.value("class_entropy_variance_peak_time", 0),
            ran.value("entropy_rate_peak_time", 0));
  EXPECT_LT(ran.value("class_entropy_variance_peak_time_low", 0),
            ran.value("class_entropy_variance_peak_time_high", 0));
  // Two Gaussian clusters branch where sigma^2 / alpha^2 = d mu^2 - s^2.
  const double apart = 36 * std::pow(30 / 255.0, 2), own = std::pow(30 / 255.0, 2);
  EXPECT_NEAR(ran.value("class_branching_time", 0), 0.5 * std::log1p(apart - own), 0.05);
}

TEST_F(DatasetInformation, PrecisionsAgree) {
  const std::string times = "[0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0]";
  const RanJob single = run("\"information\"", "samples = 200", times);
  const RanJob precise = run("\"information\"", "samples = 200\nprecision = \"double\"", times);
  for (const char* name : {"conditional_entropy", "entropy_rate", "class_entropy_rate",
                           "entropy_variance", "class_entropy_variance"})
    for (std::size_t t = 0; t < 7; ++t) {
      const double value = precise.value(name, 0, t);
      EXPECT_NEAR(single.value(name, 0, t), value, 1e-4 * value + 1e-9) << name << t;
    }
}

}  // namespace
}  // namespace syncgap::experiments
