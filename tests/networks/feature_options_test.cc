#include "networks/feature_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/identity.h"

namespace syncgap::networks {
namespace {

TEST(FeatureOptions, EachChangesTheIdentity) {
  const auto text = [](FeatureOptions options) { return facts_line(deciding_options(options)); };
  const auto plain = text({.preprocessing = FeaturePreprocessing::plain});
  const auto first = text({.weights = FeatureWeights::v1});
  EXPECT_EQ(text({}), R"(feature_weights = "v2", feature_preprocessing = "transforms")");
  EXPECT_EQ(plain, R"(feature_weights = "v2", feature_preprocessing = "plain")");
  EXPECT_EQ(first, R"(feature_weights = "v1", feature_preprocessing = "transforms")");
}

TEST(FeatureOptions, WeightsWantTheSideOfTheirTest) {
  EXPECT_EQ((FeatureOptions{.weights = FeatureWeights::v1}.resized()), 256);
  EXPECT_EQ((FeatureOptions{.weights = FeatureWeights::v2}.resized()), 232);
}

}  // namespace
}  // namespace syncgap::networks
