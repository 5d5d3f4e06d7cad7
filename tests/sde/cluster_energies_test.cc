#include "sde/cluster_energies.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "sde/cluster_points.h"

namespace syncgap::sde {
namespace {

using theory::TwoClusters;

/// Sample mean and its standard error.
struct RunningMean {
  double sum = 0, squares = 0, count = 0;
  void add(double x) { sum += x, squares += x * x, count += 1; }
  double value() const { return sum / count; }
  double error() const { return std::sqrt((squares / count - value() * value()) / (count - 1)); }
};

TEST(ChiSquares, HaveTheirMoments) {
  const RandomStream stream(3, "chi-square test");
  for (double freedom : {1.0, 2.0, 3.0, 7.0, 4093.0}) {
    std::vector<double> values(40000);
    fill_chi_squares(stream, 5, 0, freedom, values);
    RunningMean mean, square, cube;
    for (double x : values) {
      const double y = (x - freedom) / std::sqrt(2 * freedom);
      mean.add(y);
      square.add(y * y);
      cube.add(y * y * y);
    }
    EXPECT_LT(std::abs(mean.value()), 4 * mean.error()) << freedom;
    EXPECT_LT(std::abs(square.value() - 1), 4 * square.error()) << freedom;
    EXPECT_LT(std::abs(cube.value() - std::sqrt(8 / freedom)), 4 * cube.error()) << freedom;
  }
}

// Drawn from three normals and a chi-square, or computed from vectors of all coordinates: the joint
// law of (distance, overlap) over points is the same. Compared through moments that mix them, also
// between two points of one data set.
TEST(ClusterEnergies, HaveTheLawOfVectors) {
  const TwoClusters clusters{6, 0.4, 1.3};
  const std::size_t n = 3, draws = 20000;
  const RandomStream reduced_stream(4, "energy test");
  const ClusterEnergies reduced(clusters, n, reduced_stream);
  const ClusterPoints full(clusters, n, RandomStream(5, "point test"),
                           RandomStream(6, "noise test"));
  std::vector<RunningMean> a(8), b(8);
  const auto add = [](std::vector<RunningMean>& m, double p0, double q0, double p1, double q1,
                      double zz) {
    m[0].add(p0);
    m[1].add(p0 * p0);
    m[2].add(q0);
    m[3].add(q0 * q0);
    m[4].add(p0 * q0 * q0);
    m[5].add(p0 * p1);
    m[6].add(q0 * q1);
    m[7].add(q0 * zz);
  };
  EnergySample sample;
  for (std::size_t e = 0; e < draws; ++e) {
    reduced.draw(e, sample);
    add(a, sample.half_distances[0], sample.overlaps[0], sample.half_distances[1],
        sample.overlaps[1], sample.noise_square);
    const auto points = full.data_set<double>(e);
    const auto drawn = full.evaluations(e, 0, 1);
    double p[2], q[2], zz = 0;
    std::size_t other = 0;
    for (std::size_t j = 0; j < n; ++j) {
      if (j == drawn.sources[0]) continue;
      p[other] = q[other] = 0;
      for (std::size_t k = 0; k < 6; ++k) {
        const double step = (points[j * 6 + k] - points[drawn.sources[0] * 6 + k]) / 1.3;
        p[other] += 0.5 * step * step;
        q[other] += step * drawn.noise[k];
      }
      ++other;
    }
    for (double z : drawn.noise) zz += z * z;
    add(b, p[0], q[0], p[1], q[1], zz);
  }
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_LT(std::abs(a[i].value() - b[i].value()), 4 * std::hypot(a[i].error(), b[i].error()))
        << i << ": " << a[i].value() << " " << b[i].value();
}

TEST(ClusterPoints, OfFewerAreTheFirstOfMore) {
  const RandomStream points(1, "p"), noise(1, "z");
  const ClusterPoints few({3, 1, 1}, 4, points, noise), more({5, 1, 1}, 9, points, noise);
  const auto a = few.data_set<double>(2), b = more.data_set<double>(2);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(a[i * 3 + k], b[i * 5 + k]);
  EXPECT_EQ(static_cast<float>(a[7]), few.data_set<float>(2)[7]);
  EXPECT_EQ(few.evaluations(0, 3, 2).noise[0], few.evaluations(0, 0, 5).noise[9]);
  for (std::uint32_t source : few.evaluations(1, 0, 200).sources) EXPECT_LT(source, 4u);
}

}  // namespace
}  // namespace syncgap::sde
