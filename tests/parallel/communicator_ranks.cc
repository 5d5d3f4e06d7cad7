#include <chrono>
#include <ctime>
#include <numeric>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/clock.h"
#include "core/numbers.h"
#include "error_text.h"
#include "parallel/communicator.h"
#include "parallel/together.h"

namespace syncgap::parallel {
namespace {

class Ranks : public testing::Test {
 protected:
  Communicator world_ = Communicator::world();
  std::int64_t rank_ = world_.rank(), size_ = world_.size();
};

TEST_F(Ranks, SumAndMaximumSeeEveryRank) {
  EXPECT_EQ(world_.sum(rank_ + 1), size_ * (size_ + 1) / 2);
  EXPECT_EQ(world_.sum(0.5), 0.5 * static_cast<double>(size_));
  EXPECT_EQ(world_.maximum(-rank_), 0);
  EXPECT_EQ(world_.maximum(static_cast<double>(rank_)), static_cast<double>(size_ - 1));
}

TEST_F(Ranks, MaximumOfBytesIsTakenElementByElement) {
  std::vector<std::uint8_t> bytes(5, 0);
  bytes[static_cast<std::size_t>(rank_) % 5] = static_cast<std::uint8_t>(rank_ + 1);
  world_.maximum(bytes);
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_EQ(bytes[i], i < static_cast<std::size_t>(size_) ? i + 1 : 0);
  // The upper half of the range, which MPICH 4.0 takes for negative.
  std::vector<std::uint8_t> high{static_cast<std::uint8_t>(rank_ == size_ - 1 ? 255 : 127),
                                 static_cast<std::uint8_t>(rank_ == 0 ? 128 : 0)};
  world_.maximum(high);
  EXPECT_THAT(high, testing::ElementsAre(255, 128));
}

TEST_F(Ranks, BroadcastReachesEveryRankFromAnyRoot) {
  const int root = world_.size() - 1;
  EXPECT_EQ(world_.broadcast(static_cast<std::uint64_t>(rank_ + 10), root),
            static_cast<std::uint64_t>(root + 10));
  const std::string mine = rank_ == root ? std::string("said by the last\0one", 20) : "other";
  EXPECT_EQ(world_.broadcast(mine, root).size(), 20U);
  std::vector<std::uint8_t> bytes(1000, static_cast<std::uint8_t>(rank_));
  world_.broadcast(bytes, root);
  EXPECT_THAT(bytes, testing::Each(static_cast<std::uint8_t>(root)));
  std::vector<std::uint8_t> none;
  world_.broadcast(none);
  EXPECT_TRUE(none.empty());
}

TEST_F(Ranks, SplitKeepsTheOrderAndLeavesTheNegativeOut) {
  const Communicator pairs = world_.split(static_cast<int>(rank_ / 2));
  EXPECT_EQ(pairs.rank(), rank_ % 2);
  EXPECT_EQ(pairs.sum(std::int64_t{1}), pairs.size());
  const Communicator first = world_.split(rank_ == 0 ? 0 : -1);
  EXPECT_EQ(first.size(), 1);
  EXPECT_EQ(first.sum(rank_), rank_);
}

TEST_F(Ranks, MovingACommunicatorLeavesANullOneBehind) {
  Communicator one = world_.split(0);
  const MPI_Comm handle = one.handle();
  Communicator other = std::move(one);
  EXPECT_EQ(other.handle(), handle);
  EXPECT_EQ(other.size(), size_);
  EXPECT_EQ(one.handle(), MPI_COMM_NULL);  // NOLINT: the moved-from state is what is tested
  EXPECT_EQ(one.size(), 1);
  Communicator third;
  third = std::move(other);
  EXPECT_EQ(third.sum(std::int64_t{1}), size_);
}

TEST_F(Ranks, ANullCommunicatorIsOneRank) {
  const Communicator null;
  EXPECT_EQ(null.rank(), 0);
  EXPECT_EQ(null.size(), 1);
  EXPECT_EQ(null.sum(std::int64_t{3}), 3);
  EXPECT_EQ(null.broadcast(std::string("x")), "x");
  EXPECT_TRUE(null.on_one_node());
  EXPECT_EQ(null.rank_on_node(), 0);
  EXPECT_EQ(null.split(4).size(), 1);
  null.barrier();
  null.sleeping_barrier();
}

TEST_F(Ranks, ASleepingBarrierWaitsForTheLastWithoutTakingACore) {
  const auto processor_seconds = [] {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return to_real(now.tv_sec) + 1e-9 * to_real(now.tv_nsec);
  };
  world_.barrier();
  const auto start = Clock::now();
  const double before = processor_seconds();
  const bool last = rank_ == size_ - 1;
  if (last) std::this_thread::sleep_for(std::chrono::milliseconds(400));
  world_.sleeping_barrier();
  EXPECT_GE(seconds_since(start), 0.39);
  EXPECT_TRUE(last || processor_seconds() - before < 0.2);
}

TEST_F(Ranks, TheTestRunsOnOneNode) {
  EXPECT_TRUE(world_.on_one_node());
  EXPECT_EQ(world_.rank_on_node(), rank_);
  EXPECT_EQ(world_.split_by_node().size(), size_);
  const Communicator half = world_.split(static_cast<int>(rank_ % 2));
  EXPECT_TRUE(half.on_one_node());
  EXPECT_EQ(half.rank_on_node(), rank_ / 2);
}

TEST_F(Ranks, FirstOfGivesTheTextOfTheLowestRankThatHasOne) {
  EXPECT_EQ(first_of(world_, ""), "");
  EXPECT_EQ(first_of(world_, "rank " + std::to_string(rank_)), "rank 0");
  EXPECT_EQ(first_of(world_, rank_ == size_ - 1 ? "last" : ""), "last");
}

TEST_F(Ranks, TogetherThrowsOnAllRanksWhatOneMet) {
  int ran = 0;
  together(world_, [&] { ++ran; });
  EXPECT_EQ(ran, 1);
  const std::string text = error_text([&] {
    together(world_, [&] {
      if (rank_ == size_ - 1) throw InputError("bad on the last");
    });
  });
  EXPECT_EQ(text, "bad on the last");
  EXPECT_EQ(
      error_text<SharedFailure>([&] {
        together(world_, [&] {
          if (rank_ == 0) throw std::runtime_error("broken");
          if (rank_ == 1) throw InputError("later rank");
        });
      }),
      "something failed that should not (broken): run it again; if it fails again, it is a bug");
}

}  // namespace
}  // namespace syncgap::parallel
