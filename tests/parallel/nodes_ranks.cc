#include <numeric>
#include <span>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parallel/nodes.h"

namespace syncgap::parallel {
namespace {

class NodesRanks : public testing::Test {
 protected:
  /// Every rank reads what rank 0 made.
  void expect_shared(const Nodes& nodes, std::size_t size) const {
    std::vector<std::uint32_t> list;
    if (world_.rank() == 0) {
      list.resize(size);
      std::iota(list.begin(), list.end(), 5U);
    }
    const SharedList<std::uint32_t> shared(nodes, list);
    ASSERT_EQ(shared.size(), size);
    ASSERT_EQ(shared.all().size(), size);
    for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(shared.all()[i], i + 5);
  }

  Communicator world_ = Communicator::world();
};

TEST_F(NodesRanks, OnOneNodeAllRanksAreHere) {
  const Nodes nodes(world_);
  EXPECT_EQ(nodes.here().size(), world_.size());
  EXPECT_EQ(nodes.firsts().handle(), MPI_COMM_NULL);
}

TEST_F(NodesRanks, FirstsAreOneOfEachNodeWithRankZeroInFront) {
  const Nodes pairs(world_, world_.split(world_.rank() / 2));
  if (world_.size() == 1) return;
  EXPECT_LE(pairs.here().size(), 2);
  EXPECT_EQ(pairs.firsts().handle() != MPI_COMM_NULL, world_.rank() % 2 == 0);
  if (world_.rank() % 2 == 0) {
    EXPECT_EQ(pairs.firsts().rank(), world_.rank() / 2);
  }
}

TEST_F(NodesRanks, AListIsTheSameOnEveryRank) {
  for (const std::size_t size : {0, 1, 1000, 300000}) {
    expect_shared(Nodes(world_), size);
    expect_shared(Nodes(world_, world_.split(world_.rank() / 2)), size);
    expect_shared(Nodes(world_, world_.split(world_.rank())), size);
  }
}

TEST_F(NodesRanks, AListIsKeptOnceANode) {
  // What one rank writes the others of its node read, and those of another node do not.
  const Nodes nodes(world_, world_.split(world_.rank() / 2));
  const std::vector<std::uint32_t> list(20000, 7);
  const SharedList<std::uint32_t> shared(nodes, list);
  if (nodes.here().rank() == nodes.here().size() - 1)
    const_cast<std::uint32_t&>(shared.all()[3]) =
        static_cast<std::uint32_t>(100 + world_.rank() / 2);
  world_.barrier();
  EXPECT_EQ(shared.all()[3], 100U + static_cast<std::uint32_t>(world_.rank() / 2));
}

TEST_F(NodesRanks, OneRankKeepsItsOwn) {
  const Communicator alone;
  const Nodes nodes(alone);
  const std::vector<std::uint32_t> list{3, 1, 2};
  const SharedList<std::uint32_t> shared(nodes, list);
  EXPECT_THAT(std::vector<std::uint32_t>(shared.all().begin(), shared.all().end()),
              testing::ElementsAre(3, 1, 2));
}

}  // namespace
}  // namespace syncgap::parallel
