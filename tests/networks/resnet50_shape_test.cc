#include "networks/resnet50_shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_text.h"

namespace syncgap::networks {
namespace {

using ::testing::HasSubstr;

TEST(ResNet50Shape, HasThePublishedSize) {
  EXPECT_EQ(ResNet50Shape{}.weights(), 25557032);
  EXPECT_EQ(ResNet50Shape{}.features(), 2048);
  EXPECT_EQ((ResNet50Shape{.blocks = {3, 4, 23, 3}}.weights()), 44549160);  // ResNet-101
}

TEST(ResNet50Shape, WhatCannotBeMadeIsRefused) {
  for (const ResNet50Shape& shape :
       {ResNet50Shape{.blocks = {1, 0, 1, 1}}, {.width = 0}, {.classes = -1}})
    EXPECT_THAT(error_text<InputError>([&] { shape.check(); }), HasSubstr(shape.text()));
}

}  // namespace
}  // namespace syncgap::networks
