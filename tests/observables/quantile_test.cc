#include "observables/quantile.h"

#include <vector>

#include <gtest/gtest.h>

namespace syncgap::observables {
namespace {

TEST(Quantile, InterpolatesAsNumpyDoes) {
  std::vector<double> x = {4, 1, 3, 2};
  EXPECT_DOUBLE_EQ(quantile(x, 0.0), 1);
  EXPECT_DOUBLE_EQ(quantile(x, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(quantile(x, 0.9), 3.7);
  EXPECT_DOUBLE_EQ(quantile(x, 1.0), 4);
}

}  // namespace
}  // namespace syncgap::observables
