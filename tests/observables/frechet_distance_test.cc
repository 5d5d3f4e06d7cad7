#include "observables/frechet_distance.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <Eigen/Eigenvalues>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/numbers.h"
#include "error_text.h"

namespace syncgap::observables {
namespace {

using ::testing::HasSubstr;
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Rows of a Gaussian whose features come in planes, each with variances s and t along two axes
/// turned by an angle: two such covariances do not commute.
struct Planes {
  double mean, s, t, angle;
};

double deviation(double variance, std::size_t plane) {
  return std::sqrt(variance / (1 + 0.5 * to_real(plane)));
}

std::vector<double> draw(const Planes& of, std::size_t rows, std::size_t features,
                         const std::string& name, std::uint64_t trial) {
  std::vector<double> z(rows * features);
  RandomStream(5, name).fill_normals<double>(trial, 0, z);
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t plane = 0; 2 * plane < features; ++plane) {
      double* at = &z[row * features + 2 * plane];
      const double x = deviation(of.s, plane) * at[0], y = deviation(of.t, plane) * at[1];
      at[0] = of.mean + std::cos(of.angle) * x - std::sin(of.angle) * y;
      at[1] = of.mean + std::sin(of.angle) * x + std::cos(of.angle) * y;
    }
  return z;
}

/// By tr M^{1/2} = (tr M + 2 (det M)^{1/2})^{1/2} of two by two matrices.
double exact_distance(const Planes& a, const Planes& b, std::size_t features) {
  const double c = std::cos(b.angle - a.angle), s = std::sin(b.angle - a.angle);
  const double product = a.s * (c * c * b.s + s * s * b.t) + a.t * (s * s * b.s + c * c * b.t);
  const double root = std::sqrt(product + 2 * std::sqrt(a.s * a.t * b.s * b.t));
  double sum = to_real(features) * (a.mean - b.mean) * (a.mean - b.mean);
  for (std::size_t plane = 0; 2 * plane < features; ++plane)
    sum += (a.s + a.t + b.s + b.t - 2 * root) / (1 + 0.5 * to_real(plane));
  return sum;
}

constexpr Planes kFirstPlanes{0, 1.5, 0.3, 0.2}, kSecondPlanes{0.2, 0.8, 1.1, 1.0};

FeatureRows rows_of(const std::vector<double>& values, std::int64_t features) {
  return {values, features};
}

/// Square roots of the covariances themselves.
double oracle(const std::vector<double>& a, const std::vector<double>& b, std::int64_t features) {
  const auto moments = [&](const std::vector<double>& values, Eigen::RowVectorXd& mean) {
    Matrix x = Eigen::Map<const Matrix>(values.data(), std::ssize(values) / features, features);
    mean = x.colwise().mean();
    x.rowwise() -= mean;
    return Eigen::MatrixXd(x.transpose() * x / to_real(x.rows() - 1));
  };
  Eigen::RowVectorXd mean_a, mean_b;
  const Eigen::MatrixXd s_a = moments(a, mean_a), s_b = moments(b, mean_b);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> of_a(s_a);
  const Eigen::MatrixXd root = of_a.eigenvectors() *
                               of_a.eigenvalues().cwiseMax(0).cwiseSqrt().asDiagonal() *
                               of_a.eigenvectors().transpose();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> both(root * s_b * root);
  return (mean_a - mean_b).squaredNorm() + s_a.trace() + s_b.trace() -
         2 * both.eigenvalues().cwiseMax(0).cwiseSqrt().sum();
}

TEST(FrechetDistance, OfNumbersIsTheirMeansAndDeviations) {
  const std::vector<double> a{0, 2}, b{10, 14, 12};  // means 1, 12; variances 2, 4
  EXPECT_NEAR(frechet_distance(rows_of(a, 1), rows_of(b, 1)), 121 + std::pow(std::sqrt(2.0) - 2, 2),
              1e-12);
}

// Rows fewer than features have no covariance's inverse and need none.
TEST(FrechetDistance, WithFewerRowsThanFeaturesIsThatOfTheCovariances) {
  for (const std::size_t rows_a : {12, 31, 32, 33, 200})
    for (const std::size_t rows_b : {20, 100}) {
      const auto a = draw(kFirstPlanes, rows_a, 32, "a", 0),
                 b = draw(kSecondPlanes, rows_b, 32, "b", 0);
      const double expected = oracle(a, b, 32);
      EXPECT_NEAR(frechet_distance(rows_of(a, 32), rows_of(b, 32)), expected, 1e-6 * expected)
          << rows_a << " and " << rows_b << " rows";
    }
}

TEST(FrechetDistance, OfASetToItselfIsZero) {
  for (const std::size_t rows : {20, 500}) {
    const auto a = draw(kFirstPlanes, rows, 32, "a", 0);
    EXPECT_NEAR(frechet_distance(rows_of(a, 32), rows_of(a, 32)), 0, 1e-11);
  }
}

TEST(FrechetDistance, IsTheSameExchangedTurnedAndShifted) {
  for (const std::size_t rows : {20, 300}) {
    auto a = draw(kFirstPlanes, rows, 32, "a", 0), b = draw(kSecondPlanes, 150, 32, "b", 0);
    const double seen = frechet_distance(rows_of(a, 32), rows_of(b, 32));
    EXPECT_NEAR(frechet_distance(rows_of(b, 32), rows_of(a, 32)), seen, 1e-10);
    for (auto* set : {&a, &b})  // every feature with the next one by another angle
      for (std::size_t row = 0; 32 * row < set->size(); ++row)
        for (std::size_t k = 0; k < 31; ++k) {
          double &x = (*set)[32 * row + k], &y = (*set)[32 * row + k + 1];
          const double c = std::cos(0.3 + to_real(k)), s = std::sin(0.3 + to_real(k)), old = x;
          x = c * old - s * y + 7;
          y = s * old + c * y - 2;
        }
    EXPECT_NEAR(frechet_distance(rows_of(a, 32), rows_of(b, 32)), seen, 1e-10);
  }
}

TEST(FrechetDistance, TakesFeaturesThatNeverVaryOrAreOthersTwice) {
  const auto widen = [](const std::vector<double>& values) {  // 4 features -> 4, 1.5, their double
    std::vector<double> out;
    for (std::size_t row = 0; 4 * row < values.size(); ++row) {
      for (std::size_t k = 0; k < 4; ++k) out.push_back(values[4 * row + k]);
      out.push_back(1.5);
      for (std::size_t k = 0; k < 4; ++k) out.push_back(2 * values[4 * row + k]);
    }
    return out;
  };
  const auto a = draw(kFirstPlanes, 100, 4, "a", 0), b = draw(kSecondPlanes, 50, 4, "b", 0);
  const double narrow = frechet_distance(rows_of(a, 4), rows_of(b, 4));
  EXPECT_NEAR(frechet_distance(rows_of(widen(a), 9), rows_of(widen(b), 9)), 5 * narrow, 1e-10);
}

struct Seen {
  MeanAccumulator plain, corrected, errors;
};

Seen repeat(const Planes& of_a, const Planes& of_b, std::size_t rows, std::size_t features,
            std::uint64_t repetitions) {
  Seen seen;
  for (std::uint64_t r = 0; r < repetitions; ++r) {
    const auto a = draw(of_a, rows, features, "a", r), b = draw(of_b, rows, features, "b", r);
    const auto width = signed_size(features);
    const auto found = estimate_frechet_distance(rows_of(a, width), rows_of(b, width),
                                                 RandomStream(1, "blocks", {signed_size(r)}));
    seen.plain.add(found.plain);
    seen.corrected.add(found.corrected.value);
    seen.errors.add(found.corrected.standard_error);
  }
  return seen;
}

TEST(EstimateFrechetDistance, IsUnbiasedWhereThePlainOneIsNot) {
  struct Case {
    std::size_t rows, features;
    std::uint64_t repetitions;
    bool shows;  // the plain one's bias
  };
  for (const auto& [rows, features, repetitions, shows] :
       {Case{200, 8, 200, true}, Case{1000, 8, 60, false}, Case{200, 32, 60, true},
        Case{1000, 32, 20, true}, Case{5000, 32, 6, false}}) {
    const double exact = exact_distance(kFirstPlanes, kSecondPlanes, features);
    const Seen seen = repeat(kFirstPlanes, kSecondPlanes, rows, features, repetitions);
    const Estimate plain = seen.plain.estimate(), corrected = seen.corrected.estimate();
    EXPECT_NEAR(corrected.value, exact, 4 * corrected.standard_error)
        << rows << " rows, " << features << " features";
    if (shows) {
      EXPECT_GT(plain.value, exact + 4 * plain.standard_error);
    }
    if (repetitions >= 60) {
      EXPECT_NEAR(seen.errors.mean() / std::sqrt(seen.corrected.variance()), 1,
                  4 / std::sqrt(2 * to_real(repetitions)));
    }
  }
}

TEST(EstimateFrechetDistance, OfOneDistributionIsZeroWithinItsError) {
  for (const std::size_t rows : {200, 64}) {
    const Seen seen = repeat(kFirstPlanes, kFirstPlanes, rows, 32, 60);
    const Estimate plain = seen.plain.estimate(), corrected = seen.corrected.estimate();
    EXPECT_GT(plain.value, 20 * plain.standard_error);
    // Of the bias a twentieth may be left where rows are twice the features.
    EXPECT_NEAR(corrected.value, 0, 4 * corrected.standard_error + 0.05 * plain.value);
    EXPECT_LT(std::sqrt(seen.corrected.variance()), 1.2 * seen.errors.mean());
  }
}

// A line, not a parabola, would leave a third.
TEST(EstimateFrechetDistance, LeavesATenthOfTheBiasWhereFeaturesAreTwiceTheRows) {
  const Seen seen = repeat(kFirstPlanes, kFirstPlanes, 64, 128, 12);
  EXPECT_GT(seen.plain.mean(), 20 * seen.plain.estimate().standard_error);
  EXPECT_LT(std::abs(seen.corrected.mean()), 0.1 * seen.plain.mean());
}

// Both sets of a pair share most of what they are, and so does their error.
TEST(EstimateFrechetDistance, CountsThatRowsAreOfPairs) {
  MeanAccumulator found, errors;
  for (std::uint64_t r = 0; r < 60; ++r) {
    const auto a = draw(kFirstPlanes, 400, 8, "a", r);
    auto b = draw(kFirstPlanes, 400, 8, "b", r);
    for (std::size_t k = 0; k < b.size(); ++k) b[k] = 2 * a[k] + 0.1 * b[k];
    const auto one = estimate_frechet_distance(rows_of(a, 8), rows_of(b, 8),
                                               RandomStream(1, "blocks", {signed_size(r)}));
    found.add(one.corrected.value);
    errors.add(one.corrected.standard_error);
  }
  EXPECT_NEAR(errors.mean() / std::sqrt(found.variance()), 1, 4 / std::sqrt(2.0 * 60));
}

TEST(EstimateFrechetDistance, IsTheSameEveryTimeAndItsPlainOneIsThePlainOne) {
  const auto a = draw(kFirstPlanes, 100, 8, "a", 0), b = draw(kSecondPlanes, 90, 8, "b", 0);
  const auto one = [&](std::int64_t blocks) {
    return estimate_frechet_distance(rows_of(a, 8), rows_of(b, 8), RandomStream(1, "blocks"),
                                     {.blocks = blocks});
  };
  EXPECT_EQ(one(8).plain, frechet_distance(rows_of(a, 8), rows_of(b, 8)));
  EXPECT_EQ(one(8).corrected.value, one(8).corrected.value);
  EXPECT_EQ(one(8).corrected.count, 90U);
  EXPECT_NE(one(8).corrected.value, one(6).corrected.value);
  EXPECT_NEAR(one(8).corrected.value, one(6).corrected.value, one(8).corrected.standard_error);
}

TEST(FrechetDistance, RefusesWhatCannotBeCompared) {
  const auto a = draw(kFirstPlanes, 20, 4, "a", 0);
  auto odd = a;
  odd[9] = std::numeric_limits<double>::quiet_NaN();
  const auto refusal = [](const FeatureRows& x, const FeatureRows& y) {
    return error_text<InputError>([&] { frechet_distance(x, y); });
  };
  EXPECT_THAT(refusal(rows_of(a, 4), rows_of(a, 8)), HasSubstr("(they have 4 and 8)"));
  EXPECT_THAT(refusal(rows_of(a, 80), rows_of(a, 80)), HasSubstr("at least 2 rows"));
  EXPECT_THAT(refusal(rows_of(a, 4), rows_of(odd, 4)), HasSubstr("row 2 has"));
  EXPECT_THAT(error_text<InputError>([&] {
                estimate_frechet_distance(rows_of(a, 8), rows_of(a, 8), RandomStream(1, "blocks"));
              }),
              HasSubstr("at least 16 rows of features (a set has 10)"));
  EXPECT_THAT(error_text<InputError>([&] {
                estimate_frechet_distance(rows_of(a, 4), rows_of(a, 4), RandomStream(1, "blocks"),
                                          {.blocks = 3});
              }),
              HasSubstr("at least 4 blocks"));
}

}  // namespace
}  // namespace syncgap::observables
