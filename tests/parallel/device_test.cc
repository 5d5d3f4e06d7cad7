#include "parallel/device.h"

#include <vector>

#include <gtest/gtest.h>

#include "parallel/device_normals.h"
#include "parallel/nccl.h"

namespace syncgap::parallel {
namespace {

TEST(DeviceOfRank, RanksTakeDevicesInTurn) {
  EXPECT_EQ(device_of_rank(0, 4), 0);
  EXPECT_EQ(device_of_rank(3, 4), 3);
  EXPECT_EQ(device_of_rank(4, 4), 0);
  EXPECT_EQ(device_of_rank(7, 4), 3);
}

TEST(DeviceOfRank, OneVisibleDeviceIsEveryRanksOwn) {
  for (int rank = 0; rank < 8; ++rank) EXPECT_EQ(device_of_rank(rank, 1), 0);
}

TEST(DeviceOfRank, NoDeviceIsNoDevice) { EXPECT_EQ(device_of_rank(3, 0), std::nullopt); }

TEST(Nccl, NullWithoutADevice) {
  EXPECT_FALSE(NcclCommunicator());
  EXPECT_FALSE(NcclCommunicator(Communicator(), std::nullopt));
}

TEST(DeviceBuffer, RefusedWithAReasonWithoutADevice) {
  if (device_count() > 0) GTEST_SKIP() << "this machine has a device";
  EXPECT_THROW(DeviceBuffer(16), std::runtime_error);
}

TEST(DeviceNormals, RefusedWithAReasonWithoutADevice) {
  if (device_count() > 0) GTEST_SKIP() << "this machine has a device";
  float value = 0;
  EXPECT_THROW(fill_normals_on_device(&value, {1, 2}, std::vector<NormalAddress>(1), 1),
               std::runtime_error);
}

}  // namespace
}  // namespace syncgap::parallel
