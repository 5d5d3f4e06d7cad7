#include "diffusion/guidance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/identity.h"
#include "error_text.h"

namespace syncgap::diffusion {
namespace {

TEST(Guidance, EachOptionChangesTheIdentity) {
  const auto text = [](Guidance guidance) { return facts_line(deciding_options(guidance)); };
  EXPECT_EQ(text({}), "guidance = 1.0, guided_channels = 3");
  EXPECT_EQ(text({.scale = 1.5}), "guidance = 1.5, guided_channels = 3");
  EXPECT_EQ(text({.channels = 4}), "guidance = 1.0, guided_channels = 4");
  EXPECT_TRUE(Guidance{}.is_none());
  EXPECT_FALSE((Guidance{.scale = 0}.is_none()));
}

TEST(Guidance, WhatLeadsNowhereIsRefused) {
  Guidance guidance;
  OptionTable table;
  guidance.describe(table);
  EXPECT_THROW(table.set("guidance", -0.5, "job.toml:1"), InputError);
  EXPECT_THROW(table.set("guided_channels", std::int64_t{0}, "job.toml:1"), InputError);
  table.set("guidance", std::int64_t{0}, "job.toml:1");
  EXPECT_EQ(guidance.scale, 0);
}

}  // namespace
}  // namespace syncgap::diffusion
