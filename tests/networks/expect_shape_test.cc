#include <torch/types.h>

#include <gtest/gtest.h>

// From here on, so that LibTorch's own headers are as everywhere: preconditions are checked.
#undef NDEBUG
#include "core/expect_shape.h"

namespace syncgap::networks {
namespace {

TEST(ExpectsShape, KnowsTensors) {
  const std::int64_t B = 4, H = 8, W = 9;
  const auto pair = torch::zeros({B, 2, 3, H, W});
  SYNCGAP_EXPECTS_SHAPE(pair, B, 2, -1, H, W);
  EXPECT_DEATH(SYNCGAP_EXPECTS_SHAPE(pair[0], 2, -1, W, H),
               "pair\\[0\\] has shape \\(2, -1, W, H\\) "
               "\\(it is \\(2, 3, 8, 9\\), expected \\(2, -1, 9, 8\\)\\)");
}

}  // namespace
}  // namespace syncgap::networks
