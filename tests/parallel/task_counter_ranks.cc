#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parallel/task_counter.h"

namespace syncgap::parallel {
namespace {

using Transport = TaskCounter::Transport;

class TaskCounterRanks : public testing::TestWithParam<Transport> {
 protected:
  /// Runs `action` on every rank while a thread on rank 0 answers, as the sweep's monitor does.
  template <class Action>
  void with_answers(TaskCounter& counter, const Action& action) {
    std::atomic<bool> over = false;
    std::thread answering;
    if (world_.rank() == 0)
      answering = std::thread([&] {
        while (!over) {
          counter.drive();
          std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
      });
    action();
    world_.barrier();
    over = true;
    if (answering.joinable()) answering.join();
  }

  Communicator world_ = Communicator::world();
};

TEST_P(TaskCounterRanks, EveryNumberIsClaimedOnce) {
  constexpr std::int64_t kTasks = 2000;
  TaskCounter counter(world_, GetParam());
  std::vector<std::uint8_t> claimed(kTasks, 0);
  std::int64_t mine = 0;
  with_answers(counter, [&] {
    for (;;) {
      const std::int64_t task = counter.fetch_add(0, 1);
      if (task >= kTasks) break;
      ASSERT_GE(task, 0);
      ASSERT_EQ(claimed[static_cast<std::size_t>(task)], 0);
      claimed[static_cast<std::size_t>(task)] = 1;
      ++mine;
    }
  });
  EXPECT_EQ(world_.sum(mine), kTasks);
  world_.maximum(claimed);
  EXPECT_THAT(claimed, testing::Each(1));
}

TEST_P(TaskCounterRanks, SlotsAreIndependentAndStartAtZero) {
  TaskCounter counter(world_, GetParam());
  with_answers(counter, [&] {
    EXPECT_EQ(counter.read(3), 0);
    for (int slot = 0; slot < 3; ++slot) counter.fetch_add(slot, slot + 1);
    world_.barrier();
    for (int slot = 0; slot < 3; ++slot) EXPECT_EQ(counter.read(slot), (slot + 1) * world_.size());
    if (world_.rank() == 0) {
      EXPECT_EQ(counter.peek(2), 3 * world_.size());
    }
    EXPECT_EQ(counter.read(3), 0);
  });
}

TEST_P(TaskCounterRanks, LargeAndNegativeAmountsAreExact) {
  TaskCounter counter(world_, GetParam());
  with_answers(counter, [&] {
    counter.fetch_add(1, std::int64_t{1} << 40);
    counter.fetch_add(1, -7);
    world_.barrier();
    EXPECT_EQ(counter.read(1), ((std::int64_t{1} << 40) - 7) * world_.size());
  });
}

TEST_P(TaskCounterRanks, SeveralCountersLiveSideBySide) {
  TaskCounter first(world_, GetParam());
  TaskCounter second(world_, Transport::window);
  with_answers(first, [&] {
    first.fetch_add(0, 1);
    EXPECT_EQ(second.transport(), world_.size() > 1 ? Transport::window : Transport::memory);
    second.fetch_add(0, 2);
    world_.barrier();
    EXPECT_EQ(first.read(0), world_.size());
    EXPECT_EQ(second.read(0), 2 * world_.size());
  });
}

TEST_P(TaskCounterRanks, OneRankNeedsNoTransport) {
  const Communicator alone;
  TaskCounter counter(alone, GetParam());
  EXPECT_FALSE(counter.needs_drive());
  EXPECT_EQ(counter.fetch_add(0, 5), 0);
  EXPECT_EQ(counter.peek(0), 5);
  counter.drive();
}

TEST_P(TaskCounterRanks, OnOneNodeOnlyMessagesNeedDriving) {
  TaskCounter counter(world_, GetParam());
  const bool messages = world_.size() > 1 && GetParam() == Transport::messages;
  EXPECT_EQ(counter.needs_drive(), messages);
  EXPECT_EQ(counter.transport(), world_.size() > 1 ? GetParam() : Transport::memory);
}

TEST(QuickestClaims, OnOneNodeAreAdditionsToSharedMemory) {
  const Communicator world = Communicator::world();
  const auto counter = TaskCounter::quickest(world, true);
  EXPECT_EQ(counter->transport(), Transport::memory);
  EXPECT_FALSE(counter->needs_drive());
  EXPECT_EQ(counter->seconds_measured(), std::nullopt);
  EXPECT_EQ(counter->service_seconds(), 0);
  // Nobody drives or calls MPI: rank 0 may be inside a unit for hours.
  world.barrier();
  counter->fetch_add(0, 1);
  world.barrier();
  EXPECT_EQ(counter->read(0), world.size());
}

std::string name_of(const testing::TestParamInfo<Transport>& which) {
  switch (which.param) {
    case Transport::memory:
      return "memory";
    case Transport::messages:
      return "messages";
    case Transport::window:
      return "window";
  }
  return "unknown";
}

INSTANTIATE_TEST_SUITE_P(Transports, TaskCounterRanks,
                         testing::Values(Transport::memory, Transport::messages, Transport::window),
                         name_of);

}  // namespace
}  // namespace syncgap::parallel
