#include "diffusion/normals.h"

#include <torch/cuda.h>
#include <vector>

#include <gtest/gtest.h>

#include "parallel/device.h"

namespace syncgap::diffusion {
namespace {

constexpr std::int64_t kRows = 5;
const std::vector<std::int64_t> kShape = {kRows, 2, 3, 3, 1};

/// Row k is the stream's numbers of (trial, step) = address(k).
template <class Address>
void expect_rows(const torch::Tensor& normals, const RandomStream& stream, const Address& address) {
  ASSERT_EQ(normals.sizes().vec(), kShape);
  ASSERT_EQ(normals.scalar_type(), torch::kFloat);
  std::vector<float> expected(18);
  const auto here = normals.cpu();
  for (std::int64_t k = 0; k < kRows; ++k) {
    const auto [trial, step] = address(k);
    stream.fill_normals<float>(static_cast<std::uint64_t>(trial), static_cast<std::uint32_t>(step),
                               expected);
    EXPECT_TRUE(torch::equal(here[k].flatten(), torch::tensor(expected))) << "row " << k;
  }
}

TEST(TrajectoryNormals, AreTheStreamsNumbersOfEachTrial) {
  const RandomStream stream(3, "trajectories");
  const std::int64_t first = 0xfffffffe;  // the high word of the trial changes on the way
  expect_rows(trajectory_normals(stream, first, kShape, 7), stream,
              [&](std::int64_t k) { return std::pair(first + k, std::int64_t{7}); });
}

TEST(ImageNormals, AreTheStreamsNumbersOfEachImage) {
  const RandomStream stream(3, "images");
  const std::vector<std::int64_t> images = {4, 0, 59999, 4, 1};
  expect_rows(image_normals(stream, 12, images.data(), kShape), stream, [&](std::int64_t k) {
    return std::pair(std::int64_t{12}, images[static_cast<std::size_t>(k)]);
  });
}

TEST(TrajectoryNormals, OfNoTrajectoryAreNone) {
  EXPECT_EQ(trajectory_normals(RandomStream(3, "none"), 0, {0, 2, 4}, 7).numel(), 0);
}

TEST(NormalsOnADevice, AreTheProcessors) {
  if (parallel::device_count() == 0 || !torch::cuda::is_available())
    GTEST_SKIP() << "no CUDA device in this build, in LibTorch or on this machine";
  const torch::Device device(torch::kCUDA, 0);
  const RandomStream stream(3, "trajectories");
  const auto made_there = trajectory_normals(stream, 5, {300, 2, 3, 32, 31}, 7, device);
  EXPECT_EQ(made_there.device(), device);
  EXPECT_TRUE(
      torch::equal(made_there.cpu(), trajectory_normals(stream, 5, {300, 2, 3, 32, 31}, 7)));
  const std::vector<std::int64_t> images = {4, 0, 59999, 4, 1};
  expect_rows(image_normals(stream, 12, images.data(), kShape, device), stream,
              [&](std::int64_t k) {
                return std::pair(std::int64_t{12}, images[static_cast<std::size_t>(k)]);
              });
}

}  // namespace
}  // namespace syncgap::diffusion
