#include "observables/clone_agreement.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/random.h"
#include "observables/estimate.h"

namespace syncgap::observables {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;

const std::vector<float> kFirst = {1, 1, -2, -3}, kSecond = {2, -1, -1, 4}, kThird = {3, 1, -1, -1};

TEST(SignAgreement, IsTheShareOfAgreeingPairs) {
  const std::array<std::span<const float>, 2> two = {kFirst, kSecond};
  EXPECT_THAT(sign_agreement(two), ElementsAre(1.0, 0.0, 1.0, 0.0));
  const std::array<std::span<const float>, 3> three = {kFirst, kSecond, kThird};
  EXPECT_THAT(sign_agreement(three),
              ElementsAre(1.0, DoubleEq(1.0 / 3.0), 1.0, DoubleEq(1.0 / 3.0)));
}

TEST(LabelAgreement, AveragesOverTheLabelsDrawn) {
  const std::array<std::span<const float>, 2> two = {kFirst, kSecond};
  const auto seen = label_agreement(two, 0.3);
  for (std::size_t i = 0; i < 4; ++i) {
    const double p = 1 / (1 + std::exp(-0.6 * kFirst[i])),
                 q = 1 / (1 + std::exp(-0.6 * kSecond[i]));
    EXPECT_NEAR(seen[i], p * q + (1 - p) * (1 - q), 1e-14);
  }
}

TEST(LabelAgreement, BecomesTheSignForSeparatedClusters) {
  const std::array<std::span<const float>, 3> three = {kFirst, kSecond, kThird};
  const auto sign = sign_agreement(three), label = label_agreement(three, 1e3);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(sign[i], label[i], 1e-14);
}

TEST(SharedPastAgreement, CountsEveryPartnerThatLeftBelow) {
  const std::vector<std::int64_t> clones = {1, 0, 1};
  EXPECT_THAT(shared_past_agreement(1, clones), ElementsAre(1.0, 0.0, DoubleEq(2.0 / 3.0)));
  EXPECT_THAT(shared_past_agreement(2, clones), ElementsAre(0.0, 0.0, DoubleEq(1.0 / 3.0)));
}

// Brownian paths: two that share the time s of 1 end on one side with 1/2 + asin(s) / pi.
TEST(SharedPastAgreement, HasTheMeanOfPairsAndLessNoise) {
  constexpr std::size_t kTrials = 20000, kSteps = 5;
  const RandomStream stream(5, "paths");
  std::vector<std::vector<double>> shared(kSteps), plain(kSteps);
  for (std::uint64_t trial = 0; trial < kTrials; ++trial) {
    // Increments of the trunk, which starts at the last step, then the ends of all clones.
    std::vector<double> normals(2 * kSteps + 1);
    stream.fill_normals<double>(trial, 0, normals);
    const auto side = [](double x) { return std::int64_t{x > 0}; };
    const double width = 1.0 / (kSteps + 1);
    std::vector<std::int64_t> clones(kSteps);
    double trunk = 0;
    for (std::size_t k = 0; k < kSteps; ++k) {
      trunk += std::sqrt(width) * normals[k];
      const double left = 1 - static_cast<double>(k + 1) * width;
      clones[kSteps - 1 - k] = side(trunk + std::sqrt(left) * normals[kSteps + k]);
    }
    trunk += std::sqrt(width) * normals[2 * kSteps];
    const auto shares = shared_past_agreement(side(trunk), clones);
    for (std::size_t s = 0; s < kSteps; ++s) {
      shared[s].push_back(shares[s]);
      plain[s].push_back(clones[s] == side(trunk) ? 1 : 0);
    }
  }
  for (std::size_t s = 0; s < kSteps; ++s) {
    const double past = 1 - static_cast<double>(s + 1) / (kSteps + 1);
    const Estimate seen = estimate_mean(shared[s]), pairs = estimate_mean(plain[s]);
    EXPECT_NEAR(seen.value, 0.5 + std::asin(past) / std::numbers::pi, 4 * seen.standard_error);
    if (s == 0)
      EXPECT_EQ(seen.standard_error, pairs.standard_error);
    else
      EXPECT_LT(seen.standard_error, 0.9 * pairs.standard_error);
  }
}

}  // namespace
}  // namespace syncgap::observables
