#include "networks/vae_shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_text.h"

namespace syncgap::networks {
namespace {

using ::testing::HasSubstr;

TEST(VaeShape, HasThePublishedSize) {
  constexpr std::int64_t kDecoder = 49490179, kPostQuantConv = 4 * 4 + 4;
  EXPECT_EQ(VaeShape{}.weights(), kDecoder + kPostQuantConv);
  EXPECT_EQ(VaeShape{}.factor(), 8);
}

/// Counts of others are in multiplications, and for images of 256 and of 512 pixels.
TEST(VaeShape, OperationsAreThosePublished) {
  EXPECT_NEAR(VaeShape{}.operations(32, 32) / 2e9, 311, 1);
  EXPECT_NEAR(VaeShape{}.operations(64, 64) / 2e9, 1257, 1);
  const VaeShape pixel{
      .latent_channels = 1, .image_channels = 1, .widths = {1}, .blocks = 1, .groups = 1};
  // 1 x 1 five times and 3 x 3 eight times, then scores and what they weigh, of a single pixel.
  EXPECT_EQ(pixel.operations(1, 1), 2 * (5 + 8 * 9) + 4);
}

TEST(VaeShape, WhatCannotBeMadeIsRefused) {
  const auto refusal = [](const VaeShape& shape) {
    return error_text<InputError>([&] { shape.check(); });
  };
  EXPECT_THAT(refusal({.widths = {128, 100}}), HasSubstr("widths = (128, 100), groups = 32"));
  EXPECT_THAT(refusal({.widths = {}}), HasSubstr("1 to 16 levels"));
  EXPECT_THAT(refusal({.widths = std::vector<std::int64_t>(17, 32)}), HasSubstr("1 to 16 levels"));
  EXPECT_THAT(refusal({.widths = {0}}), HasSubstr("multiples of its groups"));
  EXPECT_THAT(refusal({.blocks = 0}), HasSubstr("blocks = 0"));
  EXPECT_THAT(refusal({.latent_channels = -1}), HasSubstr("latent_channels = -1"));
}

}  // namespace
}  // namespace syncgap::networks
