#include "diffusion/cloning.h"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/random.h"

namespace syncgap::diffusion {
namespace {

using torch::Tensor;

constexpr double kVariance = 0.6;  // of the data

const NoiseSchedule& schedule() {
  static const auto made = NoiseSchedule::linear(40, 1e-3, 0.2);
  return made;
}

/// E[eps | z_t] for data N(0, kVariance).
Tensor exact_noise(const Tensor& z, std::int64_t t) {
  const double signal = schedule().alpha_bar(t);
  return z * (std::sqrt(1 - signal) / (signal * kVariance + 1 - signal));
}

Tensor normals(const RandomStream& stream, std::uint64_t trial, std::uint32_t step,
               std::int64_t rows) {
  auto out = torch::empty({rows, 1, 1, 1}, torch::kFloat32);
  stream.fill_normals<float>(trial, step, {out.data_ptr<float>(), static_cast<std::size_t>(rows)});
  return out;
}

PathNoise path_noise(std::int64_t rows) {
  return [rows](const ClonePath& path, std::int64_t t) {
    return normals(RandomStream(7, "path", {path.scan_step, path.clone}), 0,
                   static_cast<std::uint32_t>(t), rows);
  };
}

// The obvious version: every scan step by itself.
Tensor single_clone(std::int64_t scan_step, const ClonePath& path, const Tensor& start,
                    const PathNoise& noise) {
  const auto from_trunk = [&](std::int64_t t) { return noise({}, t); };
  auto state =
      run_ddpm(schedule(), exact_noise, start, schedule().steps() - 1, scan_step, from_trunk);
  return run_ddpm(schedule(), exact_noise, state, scan_step, -1,
                  [&](std::int64_t t) { return noise(path, t); });
}

TEST(Cloning, IsEveryScanStepByItself) {
  constexpr std::int64_t rows = 6;
  const auto start = normals(RandomStream(7, "start"), 0, 0, rows);
  const CloningScan scan{{10, 39, 0, 25}, 3};
  const auto ends = run_cloning(schedule(), exact_noise, scan, start, path_noise(rows));
  ASSERT_EQ(ends.clones.size(), scan.steps.size());
  const auto trunk = single_clone(20, {}, start, path_noise(rows));
  EXPECT_TRUE(torch::equal(ends.trunk, trunk));
  for (std::size_t i = 0; i < scan.steps.size(); ++i) {
    ASSERT_EQ(ends.clones[i].sizes(), (std::vector<std::int64_t>{2, rows, 1, 1, 1}));
    for (std::int64_t clone = 1; clone < scan.clones; ++clone)
      EXPECT_TRUE(torch::equal(
          ends.clones[i][clone - 1],
          single_clone(scan.steps[i], {scan.steps[i], clone}, start, path_noise(rows))))
          << "scan step " << scan.steps[i] << " clone " << clone;
  }
}

TEST(Cloning, OtherScanStepsChangeNothing) {
  constexpr std::int64_t rows = 5;
  const auto start = normals(RandomStream(7, "start"), 0, 0, rows);
  const auto few = run_cloning(schedule(), exact_noise, {{20}, 2}, start, path_noise(rows));
  const auto many = run_cloning(schedule(), exact_noise, {{5, 20, 30}, 2}, start, path_noise(rows));
  EXPECT_TRUE(torch::equal(few.trunk, many.trunk));
  EXPECT_TRUE(torch::equal(few.clones[0], many.clones[1]));
}

TEST(Cloning, ClonesOfTheLastStepEndTogetherAndEarlierOnesApart) {
  const auto start = normals(RandomStream(7, "start"), 0, 0, 50);
  const auto ends = run_cloning(schedule(), exact_noise, {{0, 39}, 2}, start, path_noise(50));
  // The last step adds no noise.
  EXPECT_TRUE(torch::equal(ends.clones[0][0], ends.trunk));
  EXPECT_GT((ends.clones[1][0] - ends.trunk).abs().min().item<double>(), 0);
}

// With Gaussian data every step is linear: z' = a z + b xi, so covariances follow by hand.
TEST(Cloning, CovarianceOfClonesIsThatOfGaussianData) {
  constexpr std::int64_t rows = 200000;
  const auto start = normals(RandomStream(3, "start"), 0, 0, rows);
  const CloningScan scan{{5, 15, 30}, 2};
  const auto ends = run_cloning(schedule(), exact_noise, scan, start, path_noise(rows));
  const auto factor = [](std::int64_t t) {
    const double signal = schedule().alpha_bar(t), beta = schedule().beta(t);
    return (1 - beta / (signal * kVariance + 1 - signal)) / std::sqrt(1 - beta);
  };
  for (std::size_t i = 0; i < scan.steps.size(); ++i) {
    const std::int64_t s = scan.steps[i];
    double shared = 1, own = 0, through = 1;
    for (std::int64_t t = schedule().steps() - 1; t > s; --t)
      shared = shared * factor(t) * factor(t) + schedule().beta(t);
    for (std::int64_t t = s; t >= 0; --t) {
      own = own * factor(t) * factor(t) + (t > 0 ? schedule().beta(t) : 0.0);
      through *= factor(t);
    }
    const double covariance = through * through * shared, variance = covariance + own;
    const auto product = (ends.trunk * ends.clones[i][0]).to(torch::kFloat64);
    // Var(x y) of jointly normal numbers of equal variance.
    const double error = std::sqrt((variance * variance + covariance * covariance) / rows);
    EXPECT_NEAR(product.mean().item<double>(), covariance, 4 * error) << "scan step " << s;
    EXPECT_NEAR(ends.trunk.to(torch::kFloat64).square().mean().item<double>(), variance,
                4 * variance * std::sqrt(2.0 / rows));
  }
}

TEST(Cloning, ObserverSeesEveryTrunkStateOnce) {
  const auto start = normals(RandomStream(7, "start"), 0, 0, 4);
  std::vector<std::int64_t> seen;
  run_cloning(schedule(), exact_noise, {{30, 10}, 2}, start, path_noise(4),
              [&](std::int64_t t, const Tensor& states, const Tensor& predicted) {
                if (t == 39) {
                  EXPECT_TRUE(torch::equal(states, start));
                }
                EXPECT_EQ(states.size(0), 4);
                EXPECT_TRUE(torch::equal(predicted, exact_noise(states, t)));
                seen.push_back(t);
              });
  ASSERT_EQ(seen.size(), 40U);
  EXPECT_EQ(seen.front(), 39);
  EXPECT_EQ(seen.back(), 0);
}

TEST(Cloning, RefusesStepsThatAreNot) {
  const auto message = [](const CloningScan& scan) {
    try {
      scan.check(40);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(message({{40}, 2}), testing::HasSubstr("scan step 40"));
  EXPECT_THAT(message({{-1}, 2}), testing::HasSubstr("scan step -1"));
  EXPECT_THAT(message({{3, 5, 3}, 2}), testing::HasSubstr("given twice (3)"));
  EXPECT_THAT(message({{3}, 1}), testing::HasSubstr("two clones"));
  EXPECT_EQ(message({{3, 0, 39}, 2}), "");
}

}  // namespace
}  // namespace syncgap::diffusion
