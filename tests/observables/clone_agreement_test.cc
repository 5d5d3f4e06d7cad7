#include "observables/clone_agreement.h"

#include <array>
#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace syncgap::observables
