#include "cloud/cloud_on_device.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cloud/point_cloud.h"
#include "core/check.h"
#include "core/random.h"

namespace syncgap::cloud {
namespace {

constexpr std::size_t kPoints = 700, kDimension = 40, kStates = 90;

/// Two clusters of points, the last coordinate shared by all; every third state is point 5 noised.
struct Case {
  std::vector<double> points, noise;
  std::vector<std::uint32_t> groups, sources;

  Case() : points(kPoints * kDimension), noise(kStates * kDimension) {
    RandomStream(3, "points").fill_normals<double>(0, 0, points);
    RandomStream(3, "noise").fill_normals<double>(0, 0, noise);
    for (std::size_t i = 0; i < kPoints; ++i) {
      groups.push_back(i % 3 == 0);
      for (std::size_t k = 0; k + 1 < kDimension; ++k) points[i * kDimension + k] += i % 3 == 0;
      points[i * kDimension + kDimension - 1] = 0.25;
    }
    for (std::size_t r = 0; r < kStates; ++r)
      sources.push_back(static_cast<std::uint32_t>(r % 3 == 0 ? 5 : 7 * r));
  }

  template <class Real>
  PointCloud cloud(bool weighted) const {
    std::vector<double> weights;
    if (weighted)
      for (std::size_t i = 0; i < kPoints; ++i) weights.push_back(1 + static_cast<double>(i % 7));
    return PointCloud(std::vector<Real>(points.begin(), points.end()), kDimension,
                      {groups, weights});
  }

  std::vector<double> states(NoiseLevel level) const {
    std::vector<double> out(noise);
    for (std::size_t r = 0; r < kStates; ++r)
      for (std::size_t k = 0; k < kDimension; ++k)
        out[r * kDimension + k] = level.signal * points[sources[r] * kDimension + k] +
                                  std::sqrt(level.variance) * noise[r * kDimension + k];
    return out;
  }
};

void expect_close(const std::vector<double>& found, const std::vector<double>& want,
                  double relative, const char* what) {
  ASSERT_EQ(found.size(), want.size()) << what;
  for (std::size_t i = 0; i < want.size(); ++i)
    EXPECT_NEAR(found[i], want[i], relative * (std::abs(want[i]) + 1e-12)) << what << " " << i;
}

class OnDevice : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    try {
      require_device(GetParam());
    } catch (const InputError& error) {
      GTEST_SKIP() << error.what();
    }
  }

  template <class Real>
  void check(double tolerance) const {
    const Case data;
    for (const bool weighted : {false, true}) {
      const PointCloud here = data.cloud<Real>(weighted);
      PointCloud there = data.cloud<Real>(weighted);
      there.move_to(GetParam());
      for (const double t : {0.005, 0.1, 0.7, 2.0, 6.0}) {
        const NoiseLevel level = NoiseLevel::ornstein_uhlenbeck(t);
        const std::vector<double> states = data.states(level);
        const Posterior want = here.posterior(level, states, data.sources, PosteriorMean::compute);
        const Posterior found =
            there.posterior(level, states, data.sources, PosteriorMean::compute);
        EXPECT_EQ(found.nearest, want.nearest);
        EXPECT_EQ(there.nearest(level, states), want.nearest);
        expect_close(found.log_density, want.log_density, tolerance, "log density");
        expect_close(found.entropy, want.entropy, 20 * tolerance, "entropy");
        expect_close(found.purity, want.purity, 20 * tolerance, "purity");
        expect_close(found.largest_weight, want.largest_weight, 20 * tolerance, "weight");
        expect_close(found.group_weight, want.group_weight, 20 * tolerance, "groups");
        expect_close(found.source_surprise, want.source_surprise, 20 * tolerance, "surprise");
        for (std::size_t i = 0; i < want.mean.size(); ++i)
          EXPECT_NEAR(found.mean[i], want.mean[i], 40 * tolerance);
        for (std::size_t r = 0; r < kStates; ++r)
          EXPECT_NEAR(found.trace_variance[r], want.trace_variance[r], 400 * tolerance);
      }
    }
  }
};

TEST_P(OnDevice, AnswersAreThoseOfTheProcessor) {
  check<double>(1e-12);
  check<float>(1e-6);
}

TEST_P(OnDevice, OnlyScalarsAreFilledUnlessMoreIsAskedFor) {
  const Case data;
  PointCloud there = data.cloud<float>(false);
  there.move_to(GetParam());
  const NoiseLevel level = NoiseLevel::variance_exploding(0.5);
  const Posterior found = there.posterior(level, data.states(level));
  EXPECT_EQ(found.size(), kStates);
  EXPECT_TRUE(found.mean.empty() && found.source_surprise.empty() && found.trace_variance.empty());
}

TEST_P(OnDevice, IdenticalPointsShareTheWeightAndTheFirstIsNearest) {
  PointCloud cloud(std::vector<double>(50 * 3, 0.7), 3);
  cloud.move_to(GetParam());
  const std::vector<double> state = {0.7, 0.8, 0.6};
  const Posterior found = cloud.posterior(NoiseLevel::variance_exploding(0.01), state);
  EXPECT_NEAR(found.entropy[0], std::log(50.0), 1e-12);
  EXPECT_EQ(found.nearest[0], 0U);
}

INSTANTIATE_TEST_SUITE_P(, OnDevice, testing::Values("cpu", "cuda"),
                         [](const auto& name) { return std::string(name.param); });

TEST(OnDeviceErrors, ADeviceThatIsNotThereIsRefused) {
  PointCloud cloud(std::vector<double>{0, 1}, 1);
  for (const char* name : {"cuda:99", "toaster"}) {
    try {
      cloud.move_to(name);
      ADD_FAILURE() << name << " was accepted";
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(name));
      EXPECT_THAT(error.what(), testing::HasSubstr("use the processor"));
    }
  }
}

}  // namespace
}  // namespace syncgap::cloud
