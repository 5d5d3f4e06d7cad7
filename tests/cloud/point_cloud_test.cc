#include "cloud/point_cloud.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "core/random.h"

namespace syncgap::cloud {
namespace {

/// The slow obvious posterior, in long double, from differences.
struct Reference {
  long double log_density, entropy, purity, largest_weight, source_surprise, trace_variance;
  std::vector<long double> weights, mean;
};

Reference reference(const std::vector<double>& points, std::size_t d, NoiseLevel level,
                    const double* x, std::size_t source, const std::vector<double>& prior = {}) {
  const std::size_t n = points.size() / d;
  std::vector<long double> energy(n);
  long double prior_total = 0, lowest = INFINITY;
  for (std::size_t i = 0; i < n; ++i) prior_total += prior.empty() ? 1.0 : prior[i];
  for (std::size_t i = 0; i < n; ++i) {
    long double square = 0;
    for (std::size_t k = 0; k < d; ++k) {
      const long double difference =
          x[k] - static_cast<long double>(level.signal) * points[i * d + k];
      square += difference * difference;
    }
    energy[i] = square / (2 * static_cast<long double>(level.variance)) -
                std::log((prior.empty() ? 1.0L : prior[i]) / prior_total);
    lowest = std::min(lowest, energy[i]);
  }
  // Without the source, so that its surprise has all digits when it is tiny.
  long double total = 0, others = 0;
  for (std::size_t i = 0; i < n; ++i) {
    total += std::exp(lowest - energy[i]);
    if (i != source) others += std::exp(energy[source] - energy[i]);
  }
  Reference out{};
  out.log_density =
      -lowest + std::log(total) - d * std::log(2 * std::acos(-1.0L) * level.variance) / 2;
  out.source_surprise = std::log1p(others);
  out.mean.assign(d, 0);
  long double square = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const long double p = std::exp(lowest - energy[i]) / total;
    out.weights.push_back(p);
    if (p > 0) out.entropy -= p * std::log(p);
    out.purity += p * p;
    out.largest_weight = std::max(out.largest_weight, p);
    for (std::size_t k = 0; k < d; ++k) {
      out.mean[k] += p * points[i * d + k];
      square += p * points[i * d + k] * points[i * d + k];
    }
  }
  for (const long double m : out.mean) square -= m * m;
  out.trace_variance = square;
  return out;
}

std::vector<double> normals(std::size_t count, const char* purpose, double scale = 1) {
  std::vector<double> out(count);
  RandomStream(11, purpose).fill_normals<double>(0, 0, out);
  for (double& x : out) x *= scale;
  return out;
}

/// States noised from points 0, 7, 14, ... (mod n).
struct Noised {
  std::vector<double> states;
  std::vector<std::uint32_t> sources;
};

Noised noised(const PointCloud& cloud, NoiseLevel level, std::size_t batch) {
  const std::size_t d = cloud.dimension();
  Noised out{normals(batch * d, "noise", std::sqrt(level.variance)), {}};
  std::vector<double> point(d);
  for (std::size_t r = 0; r < batch; ++r) {
    out.sources.push_back(static_cast<std::uint32_t>(7 * r % cloud.count()));
    cloud.copy_point(out.sources[r], point);
    for (std::size_t k = 0; k < d; ++k) out.states[r * d + k] += level.signal * point[k];
  }
  return out;
}

std::vector<float> to_float(const std::vector<double>& x) { return {x.begin(), x.end()}; }

/// Points that a float holds exactly, so that both precisions are asked about the same cloud.
std::vector<double> exact_in_float(std::vector<double> x) {
  for (double& v : x) v = static_cast<double>(static_cast<float>(v));
  return x;
}

TEST(PointCloud, AgreesWithTheDefinitionAtEveryNoiseLevelAcrossTilesAndBlocks) {
  const std::size_t n = 2500, d = 13, batch = 300;  // three tiles, two blocks
  const auto points = normals(n * d, "points");
  const PointCloud cloud(points, d);
  for (const double t : {1e-3, 0.1, 0.5, 1.0, 4.0}) {
    const NoiseLevel level = NoiseLevel::ornstein_uhlenbeck(t);
    const Noised at = noised(cloud, level, batch);
    const Posterior p = cloud.posterior(level, at.states, at.sources, PosteriorMean::compute);
    for (std::size_t r = 0; r < batch; r += 7) {
      const Reference want = reference(points, d, level, at.states.data() + r * d, at.sources[r]);
      const double scale = 1 + std::abs(static_cast<double>(want.log_density));
      EXPECT_NEAR(p.log_density[r], static_cast<double>(want.log_density), 1e-11 * scale);
      EXPECT_NEAR(p.entropy[r], static_cast<double>(want.entropy), 1e-10);
      EXPECT_NEAR(p.purity[r], static_cast<double>(want.purity), 1e-10);
      EXPECT_NEAR(p.largest_weight[r], static_cast<double>(want.largest_weight), 1e-10);
      EXPECT_NEAR(p.source_surprise[r], static_cast<double>(want.source_surprise),
                  1e-9 * static_cast<double>(want.source_surprise) + 1e-300);
      EXPECT_NEAR(p.trace_variance[r], static_cast<double>(want.trace_variance), 1e-9);
      for (std::size_t k = 0; k < d; ++k)
        EXPECT_NEAR(p.mean[r * d + k], static_cast<double>(want.mean[k]), 1e-10);
      EXPECT_NEAR(static_cast<double>(want.weights[p.nearest[r]]), p.largest_weight[r], 1e-10);
    }
    EXPECT_EQ(cloud.nearest(level, at.states), p.nearest);
  }
}

TEST(PointCloud, SurpriseKeepsItsDigitsWhenTheSourceIsAllButCertain) {
  const std::size_t n = 400, d = 30, batch = 64;
  const auto points = normals(n * d, "points");
  const PointCloud cloud(points, d);
  double smallest = 1;
  for (const double t : {1e-2, 5e-2, 0.15}) {
    const NoiseLevel level = NoiseLevel::ornstein_uhlenbeck(t);
    const Noised at = noised(cloud, level, batch);
    const Posterior p = cloud.posterior(level, at.states, at.sources);
    for (std::size_t r = 0; r < batch; ++r) {
      const auto want = static_cast<double>(
          reference(points, d, level, at.states.data() + r * d, at.sources[r]).source_surprise);
      if (want < 1e-290) continue;
      smallest = std::min(smallest, want);
      EXPECT_NEAR(p.source_surprise[r] / want, 1, 1e-10) << t << " " << r << " " << want;
    }
  }
  EXPECT_LT(smallest, 1e-100);
}

TEST(PointCloud, FloatProductsKeepTheExcessEntropyToOneInAMillionAtSmallTimes) {
  // Clusters of close points, as images of one kind are: both many and few points compete.
  const std::size_t n = 3000, d = 200, batch = 256;
  auto points = normals(n * d, "points", 0.25);
  for (std::size_t i = 1; i < n; ++i)
    if (i % 3 != 0)
      for (std::size_t k = 0; k < d; ++k)
        points[i * d + k] = points[(i - 1) * d + k] + 0.3 * points[i * d + k];
  points = exact_in_float(points);
  const PointCloud accurate(points, d), fast(to_float(points), d);
  for (const double t : {0.003, 0.01, 0.02, 0.05, 0.1, 0.5}) {
    const NoiseLevel level = NoiseLevel::ornstein_uhlenbeck(t);
    const Noised at = noised(accurate, level, batch);
    const auto a = accurate.posterior(level, at.states, at.sources).source_surprise;
    const auto b = fast.posterior(level, at.states, at.sources).source_surprise;
    const double sum_a = std::accumulate(a.begin(), a.end(), 0.0);
    const double sum_b = std::accumulate(b.begin(), b.end(), 0.0);
    EXPECT_NEAR(sum_b / sum_a, 1, t < 0.06 ? 1e-6 : 1e-5) << t << " " << sum_a / batch / d;
  }
}

TEST(PointCloud, FloatsAreThePointsGiven) {
  // Grey levels away from zero: a shift by the mean would round them, and 1e-8 of an energy of
  // hundreds is 1e-6 of a surprise.
  const std::size_t n = 200, d = 300, batch = 40;
  std::vector<double> points = normals(n * d, "points", 0.1);
  for (double& x : points) x = std::floor(40 + 100 * x) / 255;
  for (std::size_t i = 0; i < n; ++i) points[i * d + 7] = 0.1;
  points = exact_in_float(points);
  const PointCloud accurate(points, d), fast(to_float(points), d);
  std::vector<double> point(d);
  for (std::size_t i = 0; i < n; i += 17) {
    fast.copy_point(i, point);
    EXPECT_EQ(point, std::vector<double>(points.begin() + i * d, points.begin() + (i + 1) * d));
  }
  EXPECT_EQ(fast.varying_dimension(), d - 1);
  for (const double t : {7e-4, 1e-3, 2e-3}) {
    const NoiseLevel level = NoiseLevel::ornstein_uhlenbeck(t);
    const Noised at = noised(accurate, level, batch);
    const auto a = accurate.posterior(level, at.states, at.sources).source_surprise;
    const auto b = fast.posterior(level, at.states, at.sources).source_surprise;
    const double want = std::accumulate(a.begin(), a.end(), 0.0);
    ASSERT_GT(want, 0) << t;
    EXPECT_NEAR(std::accumulate(b.begin(), b.end(), 0.0) / want, 1, 1e-6) << t;
  }
}

TEST(PointCloud, FloatAgreesWithDoubleInEveryQuantity) {
  const std::size_t n = 1500, d = 40, batch = 50;
  const auto points = exact_in_float(normals(n * d, "points"));
  PointMarks marks;
  for (std::size_t i = 0; i < n; ++i) marks.groups.push_back(i % 3 == 0);
  const PointCloud accurate(points, d, marks), fast(to_float(points), d, marks);
  for (const double t : {0.05, 0.3, 1.0, 3.0}) {
    const NoiseLevel level = NoiseLevel::ornstein_uhlenbeck(t);
    const Noised at = noised(accurate, level, batch);
    const Posterior a = accurate.posterior(level, at.states, at.sources, PosteriorMean::compute);
    const Posterior b = fast.posterior(level, at.states, at.sources, PosteriorMean::compute);
    EXPECT_EQ(a.nearest, b.nearest);
    for (std::size_t r = 0; r < batch; ++r) {
      EXPECT_NEAR(a.log_density[r], b.log_density[r], 1e-4);
      EXPECT_NEAR(a.entropy[r], b.entropy[r], 1e-4);
      EXPECT_NEAR(a.purity[r], b.purity[r], 1e-4);
      EXPECT_NEAR(a.trace_variance[r], b.trace_variance[r], 1e-3);
      EXPECT_NEAR(a.group_weight[2 * r], b.group_weight[2 * r], 1e-5);
      for (std::size_t k = 0; k < d; ++k) EXPECT_NEAR(a.mean[r * d + k], b.mean[r * d + k], 2e-5);
    }
  }
}

TEST(PointCloud, OnePointIsAGaussian) {
  const std::vector<double> point = {0.5, -2, 3};
  const PointCloud cloud(point, 3);
  EXPECT_EQ(cloud.varying_dimension(), 0U);
  const NoiseLevel level = NoiseLevel::ornstein_uhlenbeck(0.7);
  const std::vector<double> x = {1, 1, 1};
  const std::vector<std::uint32_t> source = {0};
  const Posterior p = cloud.posterior(level, x, source, PosteriorMean::compute);
  double square = 0;
  for (std::size_t k = 0; k < 3; ++k) square += std::pow(x[k] - level.signal * point[k], 2);
  EXPECT_NEAR(p.log_density[0],
              -square / (2 * level.variance) - 1.5 * std::log(2 * M_PI * level.variance), 1e-14);
  EXPECT_EQ(p.entropy[0], 0);
  EXPECT_EQ(p.purity[0], 1);
  EXPECT_EQ(p.source_surprise[0], 0);
  EXPECT_EQ(p.trace_variance[0], 0);
  EXPECT_EQ(p.mean, point);
}

TEST(PointCloud, IdenticalPointsShareTheWeightEqually) {
  const std::size_t n = 1100, d = 4;
  std::vector<double> points;
  for (std::size_t i = 0; i < n; ++i) points.insert(points.end(), {0.1, 0.2, 0.3, 0.7});
  const PointCloud cloud(points, d);
  EXPECT_EQ(cloud.varying_dimension(), 0U);
  const std::vector<std::uint32_t> source = {1050};
  const Posterior p = cloud.posterior(NoiseLevel::ornstein_uhlenbeck(0.01),
                                      std::vector<double>{1, 2, 3, 4}, source);
  EXPECT_NEAR(p.entropy[0], std::log(1100.0), 1e-12);
  EXPECT_NEAR(p.purity[0], 1 / 1100.0, 1e-15);
  EXPECT_NEAR(p.source_surprise[0], std::log(1100.0), 1e-12);
  EXPECT_EQ(p.nearest[0], 0U);  // the first on a tie
}

TEST(PointCloud, DoublingAPointIsDoublingItsWeight) {
  const std::size_t n = 20, d = 5;
  auto points = normals(n * d, "points");
  PointMarks marks{{}, std::vector<double>(n, 1.0)};
  marks.weights[3] = 2;
  const PointCloud weighted(points, d, marks);
  points.insert(points.end(), points.begin() + 3 * d, points.begin() + 4 * d);
  const PointCloud doubled(points, d);
  const NoiseLevel level = NoiseLevel::ornstein_uhlenbeck(0.8);
  const auto x = normals(10 * d, "states");
  const Posterior a = weighted.posterior(level, x, {}, PosteriorMean::compute);
  const Posterior b = doubled.posterior(level, x, {}, PosteriorMean::compute);
  for (std::size_t r = 0; r < 10; ++r) {
    EXPECT_NEAR(a.log_density[r], b.log_density[r], 1e-12);
    EXPECT_NEAR(a.trace_variance[r], b.trace_variance[r], 1e-11);
    for (std::size_t k = 0; k < d; ++k) EXPECT_NEAR(a.mean[r * d + k], b.mean[r * d + k], 1e-12);
  }
}

TEST(PointCloud, UnequalWeightsFollowTheDefinition) {
  const std::size_t n = 1030, d = 6;
  const auto points = normals(n * d, "points");
  PointMarks marks;
  for (std::size_t i = 0; i < n; ++i) marks.weights.push_back(0.1 + static_cast<double>(i % 17));
  const PointCloud cloud(points, d, marks);
  const NoiseLevel level = NoiseLevel::variance_exploding(0.6);
  const Noised at = noised(cloud, level, 5);
  const Posterior p = cloud.posterior(level, at.states, at.sources);
  for (std::size_t r = 0; r < 5; ++r) {
    const Reference want =
        reference(points, d, level, at.states.data() + r * d, at.sources[r], marks.weights);
    EXPECT_NEAR(p.log_density[r], static_cast<double>(want.log_density), 1e-11);
    EXPECT_NEAR(p.entropy[r], static_cast<double>(want.entropy), 1e-11);
    // The reference's surprise leaves the priors of others in, as it should.
    EXPECT_NEAR(p.source_surprise[r], static_cast<double>(want.source_surprise), 1e-11);
  }
}

TEST(PointCloud, RotationsAndShiftsChangeNothing) {
  const std::size_t n = 300, d = 8, batch = 20;
  const auto points = normals(n * d, "points");
  const NoiseLevel level = NoiseLevel::ornstein_uhlenbeck(0.4);
  const PointCloud cloud(points, d);
  const Noised at = noised(cloud, level, batch);
  const Posterior a = cloud.posterior(level, at.states, at.sources, PosteriorMean::compute);

  // A reflection x - 2 v (v.x), then a shift far beyond the size of the cloud.
  auto v = normals(d, "axis");
  const double length = std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.0));
  for (double& x : v) x /= length;
  const double shift = 1e5;
  auto moved = [&](std::vector<double> x, double scale) {
    for (std::size_t i = 0; i < x.size(); i += d) {
      const double along = std::inner_product(v.begin(), v.end(), x.begin() + i, 0.0);
      for (std::size_t k = 0; k < d; ++k) x[i + k] += -2 * along * v[k] + scale * shift;
    }
    return x;
  };
  const PointCloud other(moved(points, 1), d);
  const Posterior b =
      other.posterior(level, moved(at.states, level.signal), at.sources, PosteriorMean::compute);
  EXPECT_EQ(a.nearest, b.nearest);
  const auto mean = moved(a.mean, 1);
  for (std::size_t r = 0; r < batch; ++r) {
    EXPECT_NEAR(a.log_density[r], b.log_density[r], 1e-8);
    EXPECT_NEAR(a.entropy[r], b.entropy[r], 1e-8);
    EXPECT_NEAR(a.source_surprise[r], b.source_surprise[r], 1e-8);
    EXPECT_NEAR(a.trace_variance[r], b.trace_variance[r], 1e-8);
    for (std::size_t k = 0; k < d; ++k) EXPECT_NEAR(mean[r * d + k], b.mean[r * d + k], 1e-8);
  }
}

TEST(PointCloud, CoordinatesSharedByAllPointsOnlyEnterTheDensity) {
  const std::size_t n = 50, d = 6, wide = 9;
  const auto points = normals(n * d, "points");
  const auto x = normals(4 * d, "states");
  const auto extra = normals(4 * (wide - d), "extra");
  std::vector<double> padded(n * wide, 0.1), y(4 * wide);
  for (std::size_t i = 0; i < n; ++i)
    std::copy_n(points.begin() + i * d, d, padded.begin() + i * wide + 1);
  for (std::size_t r = 0; r < 4; ++r) {
    std::copy_n(x.begin() + r * d, d, y.begin() + r * wide + 1);
    y[r * wide] = extra[3 * r];
    y[r * wide + 7] = extra[3 * r + 1];
    y[r * wide + 8] = extra[3 * r + 2];
  }
  const PointCloud narrow(points, d), cloud(padded, wide);
  EXPECT_EQ(cloud.varying_dimension(), d);
  const NoiseLevel level = NoiseLevel::ornstein_uhlenbeck(0.3);
  const Posterior a = narrow.posterior(level, x, {}, PosteriorMean::compute);
  const Posterior b = cloud.posterior(level, y, {}, PosteriorMean::compute);
  EXPECT_EQ(a.nearest, b.nearest);
  for (std::size_t r = 0; r < 4; ++r) {
    double noise = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      const double z = extra[3 * r + j] - level.signal * 0.1;
      noise -= z * z / (2 * level.variance) + 0.5 * std::log(2 * M_PI * level.variance);
    }
    EXPECT_NEAR(b.log_density[r], a.log_density[r] + noise, 1e-11);
    EXPECT_NEAR(b.entropy[r], a.entropy[r], 1e-12);
    EXPECT_EQ(b.mean[r * wide], 0.1);
    EXPECT_NEAR(b.mean[r * wide + 1], a.mean[r * d], 1e-12);
  }
}

TEST(PointCloud, EarlyAndLateTimesHaveTheirLimits) {
  const std::size_t n = 700, d = 25, batch = 40;
  const auto points = normals(n * d, "points");
  PointMarks marks;
  for (std::size_t i = 0; i < n; ++i) marks.groups.push_back(i < 200 ? 0 : i < 300 ? 1 : 2);
  const PointCloud cloud(points, d, marks);

  const NoiseLevel late = NoiseLevel::ornstein_uhlenbeck(25);
  const Noised noise = noised(cloud, late, batch);
  const Posterior p = cloud.posterior(late, noise.states, noise.sources);
  for (std::size_t r = 0; r < batch; ++r) {
    double normal = -0.5 * d * std::log(2 * M_PI);
    for (std::size_t k = 0; k < d; ++k)
      normal -= noise.states[r * d + k] * noise.states[r * d + k] / 2;
    EXPECT_NEAR(p.log_density[r], normal, 1e-8);
    EXPECT_NEAR(p.entropy[r], std::log(700.0), 1e-8);
    EXPECT_NEAR(p.source_surprise[r], std::log(700.0), 1e-8);
    EXPECT_NEAR(p.group_weight[3 * r], 2 / 7.0, 1e-8);
    EXPECT_NEAR(p.group_weight[3 * r + 1], 1 / 7.0, 1e-8);
  }

  const NoiseLevel early = NoiseLevel::ornstein_uhlenbeck(1e-6);
  const Noised sharp = noised(cloud, early, batch);
  const Posterior q = cloud.posterior(early, sharp.states, sharp.sources, PosteriorMean::compute);
  EXPECT_EQ(q.nearest, sharp.sources);
  std::vector<double> point(d);
  for (std::size_t r = 0; r < batch; ++r) {
    EXPECT_EQ(q.purity[r], 1);
    EXPECT_LT(q.entropy[r], 1e-300);
    EXPECT_LT(q.trace_variance[r], 1e-12);
    EXPECT_EQ(q.group_weight[3 * r + marks.groups[sharp.sources[r]]], 1);
    cloud.copy_point(sharp.sources[r], point);
    for (std::size_t k = 0; k < d; ++k) EXPECT_NEAR(q.mean[r * d + k], point[k], 1e-14);
  }
}

TEST(PointCloud, MeanNoiseIsTheScoreOfTheDensity) {
  // (signal * mean - x) / variance against central differences of log P.
  const std::size_t n = 60, d = 5;
  const PointCloud cloud(normals(n * d, "points"), d);
  const NoiseLevel level = NoiseLevel::ornstein_uhlenbeck(0.35);
  const auto x = normals(d, "states");
  const Posterior p = cloud.posterior(level, x, {}, PosteriorMean::compute);
  for (std::size_t k = 0; k < d; ++k) {
    auto shifted = [&](double h) {
      auto y = x;
      y[k] += h;
      return cloud.posterior(level, y).log_density[0];
    };
    const double h = 1e-4;
    const double slope =
        (8 * (shifted(h) - shifted(-h)) - (shifted(2 * h) - shifted(-2 * h))) / (12 * h);
    EXPECT_NEAR((level.signal * p.mean[k] - x[k]) / level.variance, slope, 1e-9);
  }
}

}  // namespace
}  // namespace syncgap::cloud
