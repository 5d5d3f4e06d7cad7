#include "networks/dit_shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "error_text.h"

namespace syncgap::networks {
namespace {

using ::testing::HasSubstr;

TEST(DiTShape, HasThePublishedNumbersOfWeights) {
  const auto weights = [](const char* name, std::int64_t side) {
    return DiTShape::published(name, side).weights();
  };
  EXPECT_EQ(weights("S/2", 32), 32'963'360);
  EXPECT_EQ(weights("B/2", 32), 130'512'416);
  EXPECT_EQ(weights("L/2", 32), 458'102'816);
  EXPECT_EQ(weights("XL/2", 32), 675'129'632);
  EXPECT_EQ(weights("S/2", 64), 33'258'272);
  EXPECT_EQ(weights("B/2", 64), 131'102'240);
  EXPECT_EQ(weights("L/2", 64), 458'889'248);
  EXPECT_EQ(weights("XL/2", 64), 676'014'368);
}

TEST(DiTShape, CountsTwoOperationsWhereThePublishedCountIsOne) {
  // 118.64 and 524.60 "Gflops" are published; they leave out a little less than we do.
  EXPECT_NEAR(DiTShape::published("XL/2", 32).operations() / 2e9, 118.64, 0.03);
  EXPECT_NEAR(DiTShape::published("XL/2", 64).operations() / 2e9, 524.60, 0.1);
}

TEST(DiTShape, CouplingCostsASecondAttentionAndNothingElse) {
  const auto ratio = [](const char* name, std::int64_t side) {
    const auto shape = DiTShape::published(name, side);
    return shape.coupled_operations() / shape.operations(2);
  };
  EXPECT_NEAR(ratio("XL/2", 32), 1.036, 1e-3);
  EXPECT_NEAR(ratio("XL/2", 64), 1.129, 1e-3);
  EXPECT_NEAR(ratio("S/2", 32), 1.10, 5e-3);
}

TEST(DiTShape, KnowsThePublishedSizesByName) {
  const auto shape = DiTShape::published("L/4");
  EXPECT_EQ(shape.tokens(), 64);
  EXPECT_EQ(shape.head_width(), 64);
  EXPECT_EQ(shape.output_channels(), 8);
  EXPECT_EQ(shape.null_label(), 1000);
  EXPECT_EQ(DiTShape::published("XL/8").head_width(), 72);
  EXPECT_THAT(error_text<InputError>([] { DiTShape::published("XL/3"); }), HasSubstr("'XL/3'"));
  EXPECT_THAT(error_text<InputError>([] { DiTShape::published("B/8", 36); }),
              HasSubstr("whole patches"));
}

TEST(DiTShape, RefusesSizesThatDoNotFit) {
  const auto refusal = [](auto change) {
    DiTShape shape;
    change(shape);
    return error_text<InputError>([&] { shape.check(); });
  };
  EXPECT_NO_THROW(DiTShape().check());
  EXPECT_THAT(refusal([](DiTShape& s) { s.depth = 0; }), HasSubstr("depth = 0"));
  EXPECT_THAT(refusal([](DiTShape& s) { s.patch = 3; }), HasSubstr("side 28, patch = 3"));
  EXPECT_THAT(refusal([](DiTShape& s) { s.width = 90; }), HasSubstr("multiple of 4"));
  EXPECT_THAT(refusal([](DiTShape& s) { s.heads = 5; }), HasSubstr("heads = 5"));
  EXPECT_THAT(refusal([](DiTShape& s) { s.classes = -1; }), HasSubstr("classes = -1"));
}

TEST(DiTShape, EachOptionStandsInTheText) {
  DiTShape shape;
  OptionTable table;
  shape.describe(table);
  const auto before = shape.text();
  table.set("step_embedding", std::string("diffusers"), "here");
  EXPECT_THAT(shape.text(), HasSubstr("step_embedding = \"diffusers\""));
  EXPECT_NE(shape.text(), before);
  EXPECT_EQ(shape.perceptron_norm_epsilon(), 1e-6);
  table.set("perceptron_norm", std::string("diffusers"), "here");
  EXPECT_EQ(shape.perceptron_norm_epsilon(), 1e-5);
  table.set("learned_variance", true, "here");
  EXPECT_EQ(shape.output_channels(), 2);
}

}  // namespace
}  // namespace syncgap::networks
