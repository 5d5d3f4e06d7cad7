#include "cloud/surprise.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "cloud/point_cloud.h"
#include "core/random.h"

namespace syncgap::cloud {
namespace {

// All times from two numbers per point, against the posterior computed at each time.
TEST(Surprises, AreThoseOfThePosterior) {
  const std::size_t n = 300, d = 12;
  std::vector<double> points(n * d), noise(d), state(d);
  RandomStream(3, "surprise test").fill_normals<double>(0, 0, points);
  RandomStream(3, "surprise test").fill_normals<double>(1, 0, noise);
  const std::uint32_t source = 17;
  std::vector<double> half_distances, overlaps, ratios;
  for (std::size_t j = 0; j < n; ++j) {
    if (j == source) continue;
    double p = 0, q = 0;
    for (std::size_t k = 0; k < d; ++k) {
      const double step = points[j * d + k] - points[source * d + k];
      p += 0.5 * step * step;
      q += step * noise[k];
    }
    half_distances.push_back(p);
    overlaps.push_back(q);
  }
  const std::vector<double> times = {0.001, 0.1, 0.4, 1.0, 3.0, 9.0};
  for (double t : times) ratios.push_back(1.0 / std::expm1(2.0 * t));
  const auto seen = surprises(half_distances, overlaps, ratios);
  const PointCloud cloud(points, d);
  for (std::size_t i = 0; i < times.size(); ++i) {
    const auto level = NoiseLevel::ornstein_uhlenbeck(times[i]);
    for (std::size_t k = 0; k < d; ++k)
      state[k] = level.signal * points[source * d + k] + std::sqrt(level.variance) * noise[k];
    const auto posterior = cloud.posterior(level, state, std::vector{source});
    EXPECT_NEAR(seen[i], posterior.source_surprise[0], 1e-9 * (1e-3 + seen[i])) << times[i];
  }
}

TEST(Surprises, KeepTheirDigitsAtBothEnds) {
  const std::vector<double> far = {2000.0}, none = {0.0}, against = {1e4}, one = {1.0};
  EXPECT_NEAR(surprises(far, none, one)[0], 0.0, 1e-300);
  EXPECT_NEAR(surprises(std::vector{30.0}, none, one)[0], std::exp(-30.0), 1e-12 * std::exp(-30.0));
  // A point much nearer than the true one.
  EXPECT_NEAR(surprises(none, against, one)[0], 1e4, 1e-9);
  EXPECT_NEAR(surprises(none, none, one)[0], std::log(2.0), 1e-15);
}

TEST(Surprises, OfASinglePointAreZero) {
  const std::vector<double> nothing, ratios = {0.1, 10.0};
  for (double value : surprises(nothing, nothing, ratios)) EXPECT_EQ(value, 0.0);
}

}  // namespace
}  // namespace syncgap::cloud
