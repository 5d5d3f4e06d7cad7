#include "observables/two_branches.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace syncgap::observables {
namespace {

std::vector<double> drawn(std::int64_t count, double separation, double variance,
                          std::uint64_t seed) {
  const RandomStream stream(seed, "branches");
  std::vector<double> out;
  for (std::int64_t k = 0; k < count; ++k) {
    const auto trial = static_cast<std::uint64_t>(k);
    const double side = stream.uniform<double>(trial, 1, 0) < 0.5 ? -1 : 1;
    out.push_back(side * separation + std::sqrt(variance) * stream.normal<double>(trial, 0, 0));
  }
  return out;
}

TEST(TwoBranches, AreFoundWhereTheyAre) {
  const auto fit = fit_two_branches(drawn(4000, 3, 0.5, 1));
  EXPECT_NEAR(fit.separation, 3, 4 * std::sqrt(0.5 / 4000));
  EXPECT_NEAR(fit.variance, 0.5, 4 * 0.5 * std::sqrt(2.0 / 4000));
  EXPECT_GT(fit.evidence, 1000);
}

TEST(TwoBranches, ScaleWithTheNumbersAndNotWithTheirSigns) {
  auto numbers = drawn(200, 1, 0.3, 2);
  const auto fit = fit_two_branches(numbers);
  for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] *= k % 3 == 0 ? -10 : 10;
  const auto scaled = fit_two_branches(numbers);
  EXPECT_NEAR(scaled.separation, 10 * fit.separation, 1e-3);
  EXPECT_NEAR(scaled.variance, 100 * fit.variance, 1e-2);
  EXPECT_NEAR(scaled.evidence, fit.evidence, 1e-6);
}

TEST(TwoBranches, MaximumIsStationary) {
  // m = mean(a tanh(m a / c)) at a maximum of the likelihood.
  const auto numbers = drawn(500, 1.2, 0.6, 3);
  const auto fit = fit_two_branches(numbers);
  double mean = 0, square = 0;
  for (const double a : numbers) {
    mean += a * std::tanh(fit.separation * a / fit.variance) / 500;
    square += a * a / 500;
  }
  EXPECT_NEAR(mean, fit.separation, 1e-4);
  EXPECT_NEAR(fit.separation * fit.separation + fit.variance, square, 1e-12);
}

TEST(TwoBranches, OfOneBranchAreByChance) {
  const OneBranchEvidence one(64, 999, RandomStream(1, "one branch"));
  int rejected = 0;
  constexpr int kSets = 2000;
  for (int set = 0; set < kSets; ++set) {
    const auto fit = fit_two_branches(drawn(64, 0, 2.5, 100 + static_cast<std::uint64_t>(set)));
    rejected += one.chance(fit.evidence) <= 0.05 ? 1 : 0;
  }
  // 999 draws know their own 5% quantile to 0.7%.
  EXPECT_NEAR(rejected, 0.05 * kSets, 4 * kSets * std::hypot(std::sqrt(0.0475 / kSets), 0.007));
  EXPECT_LT(one.chance(fit_two_branches(drawn(64, 2, 0.5, 7)).evidence), 0.01);
  EXPECT_EQ(one.chance(0), 1);
}

TEST(TwoBranches, OfNothingAreNotNumbers) {
  EXPECT_TRUE(std::isnan(fit_two_branches(std::vector<double>{}).separation));
  EXPECT_TRUE(std::isnan(fit_two_branches(std::vector<double>{0, 0, 0}).variance));
  // Two points without width: as narrow as is looked for.
  const auto sharp = fit_two_branches(std::vector<double>{1, -1, 1, 1});
  EXPECT_NEAR(sharp.separation, 1, 1e-3);
  EXPECT_GT(sharp.variance, 0);
}

}  // namespace
}  // namespace syncgap::observables
