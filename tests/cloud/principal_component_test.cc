#include "cloud/principal_component.h"

#include <cmath>
#include <cstdlib>
#include <numeric>
#include <vector>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "core/random.h"

namespace syncgap::cloud {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

std::vector<double> sample_normals(std::size_t count, const char* purpose) {
  std::vector<double> out(count);
  RandomStream(3, purpose).fill_normals<double>(0, 0, out);
  return out;
}

/// Gaussian points with standard deviations 1, 1/2, 1/3, ... along the axes, far from the origin.
std::vector<double> some_points(std::size_t n, std::size_t d) {
  auto points = sample_normals(n * d, "points");
  for (std::size_t i = 0; i < n * d; ++i)
    points[i] = points[i] / static_cast<double>(1 + i % d) + 5;
  return points;
}

Eigen::SelfAdjointEigenSolver<Matrix> reference(const std::vector<double>& points, std::size_t d) {
  const auto n = static_cast<Eigen::Index>(points.size() / d);
  Matrix x = Eigen::Map<const Matrix>(points.data(), n, static_cast<Eigen::Index>(d));
  x.rowwise() -= x.colwise().mean().eval();
  return Eigen::SelfAdjointEigenSolver<Matrix>(Matrix(x.transpose() * x) / static_cast<double>(n));
}

void expect_same(const std::vector<double>& points, std::size_t d) {
  const auto want = reference(points, d);
  const PrincipalComponent found = Covariance(points, d).principal();
  const auto last = static_cast<Eigen::Index>(d) - 1;
  EXPECT_NEAR(found.variance / want.eigenvalues()(last), 1, 1e-11);
  double overlap = 0;
  for (std::size_t k = 0; k < d; ++k)
    overlap += found.direction[k] * want.eigenvectors()(static_cast<Eigen::Index>(k), last);
  EXPECT_NEAR(std::abs(overlap), 1, 1e-10);
}

TEST(Covariance, LeadingEigenpairIsThatOfTheMatrix) {
  expect_same(some_points(3000, 40), 40);  // three tiles
  expect_same(some_points(30, 100), 100);  // fewer points than coordinates
  expect_same(some_points(2, 3), 3);
  expect_same(some_points(500, 1), 1);
}

TEST(Covariance, ConvergesWhenTheGapIsSmall) {
  // Isotropic noise: the leading eigenvalues of a sample are close.
  expect_same(sample_normals(4000 * 60, "isotropic"), 60);
}

TEST(Covariance, EqualLeadingEigenvaluesGiveTheirValue) {
  std::vector<double> points;  // the corners of a square
  for (const double x : {-1.0, 1.0})
    for (const double y : {-1.0, 1.0}) points.insert(points.end(), {x, y, 0.25});
  EXPECT_NEAR(Covariance(points, 3).principal().variance, 1, 1e-14);
}

TEST(Covariance, IdenticalPointsHaveNone) {
  const std::vector<double> points(30, 0.3);
  const Covariance covariance(points, 3);
  const PrincipalComponent found = covariance.principal();
  EXPECT_EQ(found.variance, 0);
  EXPECT_EQ(covariance.bootstrap_variances(found, RandomStream(1, "bootstrap"), 3),
            std::vector<double>(3, 0.0));
}

TEST(Covariance, ResamplesAreThoseOfTheDrawnPoints) {
  const std::size_t n = 200, d = 6;
  const auto points = some_points(n, d);
  const Covariance covariance(points, d);
  const RandomStream stream(9, "bootstrap");
  const auto found = covariance.bootstrap_variances(covariance.principal(), stream, 70);
  std::vector<double> uniforms(n), drawn;
  for (const std::size_t r : {0U, 1U, 63U, 64U, 69U}) {  // across two batches
    stream.fill_uniforms<double>(r, 0, uniforms);
    drawn.clear();
    for (const double u : uniforms) {
      const auto i = static_cast<std::ptrdiff_t>(u * n);
      drawn.insert(drawn.end(), points.begin() + i * static_cast<std::ptrdiff_t>(d),
                   points.begin() + (i + 1) * static_cast<std::ptrdiff_t>(d));
    }
    EXPECT_NEAR(found[r] / reference(drawn, d).eigenvalues()(d - 1), 1, 1e-11);
  }
}

TEST(Covariance, BootstrapSpreadIsThatOfAGaussianVariance) {
  // One dominating direction: Lambda hat scatters by Lambda sqrt(2 / n).
  const std::size_t n = 2000, d = 5;
  auto points = sample_normals(n * d, "points");
  for (std::size_t i = 0; i < n; ++i) points[i * d] *= 6;
  const Covariance covariance(points, d);
  const PrincipalComponent found = covariance.principal();
  const auto resampled = covariance.bootstrap_variances(found, RandomStream(2, "bootstrap"), 400);
  const double mean = std::accumulate(resampled.begin(), resampled.end(), 0.0) / 400;
  double square = 0;
  for (const double v : resampled) square += (v - mean) * (v - mean) / 399;
  EXPECT_NEAR(std::sqrt(square) / (found.variance * std::sqrt(2.0 / n)), 1, 0.15);
  EXPECT_NEAR(mean / found.variance, 1, 0.01);
}

TEST(Covariance, RotationsAndShiftsChangeNothing) {
  const std::size_t n = 300, d = 7;
  const auto points = some_points(n, d);
  const auto axis = sample_normals(d, "axis");
  const double length = std::inner_product(axis.begin(), axis.end(), axis.begin(), 0.0);
  auto moved = points;
  for (std::size_t i = 0; i < n; ++i) {
    const double along = std::inner_product(axis.begin(), axis.end(), moved.begin() + i * d, 0.0);
    for (std::size_t k = 0; k < d; ++k) moved[i * d + k] += 100 - 2 * along * axis[k] / length;
  }
  EXPECT_NEAR(Covariance(points, d).principal().variance, Covariance(moved, d).principal().variance,
              1e-11);
}

TEST(Covariance, ProjectionsHaveTheVarianceFound) {
  const std::size_t n = 400, d = 9;
  const Covariance covariance(some_points(n, d), d);
  const PrincipalComponent found = covariance.principal();
  const auto along = covariance.project(found);
  const double square = std::inner_product(along.begin(), along.end(), along.begin(), 0.0);
  EXPECT_NEAR(square / n, found.variance, 1e-12);
}

}  // namespace
}  // namespace syncgap::cloud
