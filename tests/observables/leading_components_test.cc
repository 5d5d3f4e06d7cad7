#include "observables/leading_components.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::observables {
namespace {

/// Normals whose variances fall as 1 / (1 + k)^2, around a mean, turned by reflections.
std::vector<double> made_up_rows(std::int64_t count, std::int64_t features) {
  const RandomStream stream(3, "rows");
  std::vector<double> rows(count * features), turn(features);
  RandomStream(3, "turn").fill_normals<double>(0, 0, turn);
  double length = 0;
  for (const double x : turn) length += x * x;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::span<double> row(rows.data() + i * features, features);
    stream.fill_normals<double>(i, 0, row);
    double along = 0;
    for (std::int64_t k = 0; k < features; ++k) {
      row[k] /= to_real(1 + k);
      along += row[k] * turn[k];
    }
    for (std::int64_t k = 0; k < features; ++k) row[k] += 5 - 2 * along / length * turn[k];
  }
  return rows;
}

/// Variance of column k of (n, K).
double variance(const std::vector<double>& rows, std::int64_t columns, std::int64_t k) {
  MeanAccumulator out;
  for (std::int64_t at = k; at < std::ssize(rows); at += columns) out.add(rows[at]);
  return out.variance();
}

TEST(LeadingComponents, HaveTheLargestVariancesInOrder) {
  constexpr std::int64_t kRows = 4000, kFeatures = 60, kKept = 5;
  const auto rows = made_up_rows(kRows, kFeatures);
  const FeatureRows set{rows, kFeatures};
  const LeadingComponents components(set, kKept, RandomStream(1, "start"));
  ASSERT_EQ(components.count(), kKept);
  const auto found = components.coordinates(set);
  double all = 0, kept = 0;
  for (std::int64_t k = 0; k < kFeatures; ++k) all += variance(rows, kFeatures, k);
  for (std::int64_t k = 0; k < kKept; ++k) {
    // Four standard errors of a variance; sampling mixes neighbours a little.
    const double expected = 1 / std::pow(1 + to_real(k), 2);
    EXPECT_NEAR(variance(found, kKept, k), expected, 4 * expected * std::sqrt(2.0 / kRows) + 0.002);
    kept += variance(found, kKept, k);
    for (std::int64_t other = 0; other < k; ++other) {
      double product = 0;
      for (std::int64_t i = 0; i < kRows; ++i)
        product += found[i * kKept + k] * found[i * kKept + other];
      EXPECT_NEAR(product / kRows, 0, 1e-10);
    }
  }
  EXPECT_NEAR(components.share(), kept / all, 1e-10);
}

TEST(LeadingComponents, KeepEveryDistanceWhereTheyAreAll) {
  constexpr std::int64_t kRows = 12;
  for (const std::int64_t features : {4, 30}) {  // less and more than there are rows
    const auto rows = made_up_rows(kRows, features);
    const FeatureRows set{rows, features};
    const LeadingComponents components(set, 100, RandomStream(1, "start"));
    EXPECT_EQ(components.count(), std::min<std::int64_t>(features, kRows - 1));
    EXPECT_NEAR(components.share(), 1, 1e-12);
    const auto found = components.coordinates(set);
    const auto squares = [](std::span<const double> all, std::int64_t columns, std::int64_t i) {
      double sum = 0;
      for (std::int64_t k = 0; k < columns; ++k) sum += std::pow(all[i * columns + k] - all[k], 2);
      return sum;
    };
    for (std::int64_t i = 1; i < kRows; ++i)
      EXPECT_NEAR(squares(found, components.count(), i), squares(rows, features, i), 1e-10);
    EXPECT_NEAR(frechet_distance({found, components.count()}, {found, components.count()}), 0,
                1e-10);
  }
}

TEST(LeadingComponents, OfWhatNeverVariesAreHarmless) {
  const std::vector<double> rows(20 * 3, 0.25);
  const FeatureRows set{rows, 3};
  const LeadingComponents components(set, 2, RandomStream(1, "start"));
  EXPECT_EQ(components.share(), 1);
  for (const double x : components.coordinates(set)) EXPECT_NEAR(x, 0, 1e-15);
}

TEST(LeadingComponents, RefuseOtherFeatures) {
  const auto rows = made_up_rows(10, 4);
  const LeadingComponents components({rows, 4}, 2, RandomStream(1, "start"));
  EXPECT_THROW(components.coordinates({rows, 5}), InputError);
  EXPECT_THROW(LeadingComponents({rows, 40}, 2, RandomStream(1, "start")), InputError);
}

}  // namespace
}  // namespace syncgap::observables
