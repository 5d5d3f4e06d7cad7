#include "observables/jackknife.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "core/random.h"

namespace syncgap::observables {
namespace {

TEST(Jackknife, OfAMeanIsTheStandardErrorOfTheBlocks) {
  BlockMeans data(5, 1);
  MeanAccumulator plain;
  for (std::size_t block = 0; block < 5; ++block) {
    const auto value = static_cast<double>(block * block);
    data.add(block, 0, value);
    plain.add(value);
  }
  const Estimate seen = jackknife(data, [](std::span<const double> m) { return m[0]; });
  EXPECT_NEAR(seen.value, 6.0, 1e-14);
  EXPECT_NEAR(seen.standard_error, plain.estimate().standard_error, 1e-14);
}

// A ratio of correlated means: the spread over many repetitions is what the error promises.
TEST(Jackknife, OfARatioCountsTheCorrelation) {
  const RandomStream stream(3, "jackknife test");
  MeanAccumulator ratios, errors;
  for (std::uint64_t repeat = 0; repeat < 300; ++repeat) {
    BlockMeans data(20, 2);
    std::vector<double> z(800);
    stream.fill_normals<double>(repeat, 0, z);
    for (std::size_t i = 0; i < 400; ++i) {
      const double common = 5.0 + z[2 * i];
      data.add(i % 20, 0, common);
      data.add(i % 20, 1, common + 0.1 * z[2 * i + 1]);
    }
    const Estimate ratio = jackknife(data, [](std::span<const double> m) { return m[0] / m[1]; });
    ratios.add(ratio.value);
    errors.add(ratio.standard_error);
  }
  EXPECT_NEAR(std::sqrt(ratios.variance()) / errors.mean(), 1.0, 0.15);
  EXPECT_LT(errors.mean(), 2e-3);
}

TEST(BlockMeans, TakesUnequalBlocks) {
  BlockMeans data(2, 1);
  for (double value : {1.0, 2.0, 3.0}) data.add(0, 0, value);
  data.add(1, 0, 10.0);
  EXPECT_NEAR(data.means()[0], 4.0, 1e-14);
  EXPECT_NEAR(data.means(1)[0], 2.0, 1e-14);
}

TEST(JackknifeError, OfAMeanIsItsStandardError) {
  const std::vector<double> sample{1.0, 4.0, -2.0, 0.5, 3.0};
  std::vector<double> without;
  for (const double x : sample) without.push_back((6.5 - x) / 4);
  EXPECT_NEAR(jackknife_error(without), estimate_mean(sample).standard_error, 1e-14);
}

}  // namespace
}  // namespace syncgap::observables
