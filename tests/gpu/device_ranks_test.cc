// Devices and NCCL over real ranks; run with mpiexec. Without a device the cases that need one
// skip.
#include <bit>
#include <numeric>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "core/random.h"
#include "parallel/device.h"
#include "parallel/device_normals.h"
#include "parallel/nccl.h"

namespace syncgap::parallel {
namespace {

std::optional<int> own_device(const Communicator& world) {
  return device_of_rank(world.rank_on_node(), device_count());
}

TEST(Ranks, OnOneNodeAreNumberedInOrder) {
  const Communicator world = Communicator::world();
  if (!world.on_one_node()) GTEST_SKIP() << "the ranks are on several nodes";
  EXPECT_EQ(world.rank_on_node(), world.rank());
}

TEST(Ranks, ARankWithoutADeviceMakesTheCommunicatorNullEverywhere) {
  const Communicator world = Communicator::world();
  std::optional<int> device = own_device(world);
  if (world.rank() == 0) device.reset();
  EXPECT_FALSE(NcclCommunicator(world, device));
}

class Gpu : public testing::Test {
 protected:
  void SetUp() override {
    if (device_count() == 0) GTEST_SKIP() << "no CUDA device in this build or on this machine";
  }
  Communicator world_ = Communicator::world();
};

TEST_F(Gpu, HasANameAndKeepsWhatItIsGiven) {
  use_device(*own_device(world_));
  EXPECT_FALSE(device_name(*own_device(world_)).empty());
  std::vector<float> values(1000);
  std::iota(values.begin(), values.end(), 0.5f);
  DeviceBuffer buffer(values.size());
  buffer.upload(values);
  DeviceBuffer moved = std::move(buffer);
  EXPECT_EQ(moved.download(), values);
}

TEST_F(Gpu, NormalsHaveTheBitsOfTheProcessor) {
  use_device(*own_device(world_));
  const RandomStream stream(21, "normals on a device", {0.25});
  const RandomStream addresses(22, "addresses");
  // More rows than one launch takes; rows that end inside a block, and one longer than a block of
  // threads.
  for (const std::int64_t row_size : {1, 3, 4, 1026, 3072}) {
    std::vector<NormalAddress> rows;
    for (std::uint32_t k = 0; k < 300; ++k) {
      const auto words = addresses.bits(0, 0, k);
      rows.push_back({(std::uint64_t{words[0]} << 32) | words[1], words[2]});
    }
    const auto size = static_cast<std::size_t>(row_size);
    std::vector<float> expected(rows.size() * size);
    for (std::size_t k = 0; k < rows.size(); ++k)
      stream.fill_normals<float>(rows[k].trial, rows[k].step,
                                 std::span(expected).subspan(k * size, size));
    DeviceBuffer buffer(expected.size());
    fill_normals_on_device(buffer.data(), stream.key(), rows, row_size);
    const std::vector<float> values = buffer.download();
    for (std::size_t i = 0; i < values.size(); ++i)
      ASSERT_EQ(std::bit_cast<std::uint32_t>(values[i]), std::bit_cast<std::uint32_t>(expected[i]))
          << "component " << i % size << " of row " << i / size << " of " << row_size;
  }
}

TEST_F(Gpu, NcclSumsOverTheTeam) {
  if (world_.size() > device_count())
    GTEST_SKIP() << world_.size() << " ranks need as many devices, " << device_count() << " seen";
  const NcclCommunicator nccl(world_, own_device(world_));
  ASSERT_TRUE(nccl);
  const std::size_t count = 1 << 20;
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i)
    values[i] = static_cast<float>(i % 1024) + static_cast<float>(world_.rank());
  DeviceBuffer buffer(count);
  buffer.upload(values);
  nccl.sum(buffer.data(), count);
  const std::vector<float> sums = buffer.download();
  // Small whole numbers: their sum is exact in any order.
  const int ranks = world_.size();
  for (std::size_t i = 0; i < count; ++i)
    ASSERT_EQ(sums[i], static_cast<float>(i % 1024) * static_cast<float>(ranks) +
                           static_cast<float>(ranks * (ranks - 1) / 2))
        << "at " << i;
}

}  // namespace
}  // namespace syncgap::parallel

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const syncgap::parallel::MpiScope mpi(argc, argv);
  return RUN_ALL_TESTS();
}
