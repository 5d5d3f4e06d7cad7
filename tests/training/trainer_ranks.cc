#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "temporary_folder.h"
#include "training/small_training.h"

namespace syncgap::training {
namespace {

using parallel::Communicator;

const Communicator kAlone;

/// The same folder on all ranks, made and removed by the first.
class SharedFolder {
 public:
  explicit SharedFolder(const Communicator& ranks) : ranks_(ranks) {
    if (ranks.rank() == 0) folder_.emplace();
    path_ = ranks.broadcast(ranks.rank() == 0 ? folder_->path("state") : std::string());
  }
  ~SharedFolder() { ranks_.barrier(); }
  const std::string& state() const { return path_; }

 private:
  const Communicator& ranks_;
  std::optional<TemporaryFolder> folder_;
  std::string path_;
};

TEST(SumInOrder, IsTheSameOnAnyNumberOfRanks) {
  const auto ranks = Communicator::world();
  for (const std::int64_t shards : {4, 5, 7, 8}) {
    const auto shard = [](std::int64_t k) {
      return torch::sin(torch::arange(1000, torch::kFloat32) * 0.37F + static_cast<float>(k)) *
             std::pow(10.0F, static_cast<float>(k % 5));
    };
    std::vector<torch::Tensor> all;
    for (std::int64_t k = 0; k < shards; ++k) all.push_back(shard(k));
    sum_in_order(all, shards, kAlone);
    const auto mine = shards_of_rank(shards, ranks.size(), ranks.rank());
    std::vector<torch::Tensor> own;
    for (std::int64_t k = mine.first; k < mine.last; ++k) own.push_back(shard(k));
    sum_in_order(own, shards, ranks);
    EXPECT_TRUE(torch::equal(own[0], all[0])) << shards << " shards";
  }
}

TEST(TrainerOfATeam, HasTheBitsOfOneRank) {
  const auto ranks = Communicator::world();
  const SharedFolder folder(ranks);
  SmallTraining together, alone;
  auto team = together.trainer(folder.state(), ranks);
  EXPECT_TRUE(team.run());
  auto single = alone.trainer(folder.state(), kAlone);
  EXPECT_TRUE(single.run());
  EXPECT_TRUE(torch::equal(team.average(), single.average()));
  EXPECT_EQ(team.curves().loss, single.curves().loss);
}

TEST(TrainerOfATeam, StopsWhereOneRankIsAskedToAndGoesOnAlone) {
  const auto ranks = Communicator::world();
  const SharedFolder folder(ranks);
  SmallTraining undisturbed, stopped, resumed;
  auto whole = undisturbed.trainer(folder.state(), kAlone);
  EXPECT_TRUE(whole.run());
  int asked = 0;
  const auto stop = [&] { return ranks.rank() == ranks.size() - 1 && ++asked > 7; };
  EXPECT_FALSE(stopped.trainer(folder.state(), ranks, stop).run());
  // Any team may go on: here each rank for itself.
  auto rest = resumed.trainer(folder.state(), kAlone);
  ranks.barrier();
  EXPECT_TRUE(rest.run());
  EXPECT_TRUE(torch::equal(rest.average(), whole.average()));
  EXPECT_EQ(rest.curves().loss, whole.curves().loss);
}

TEST(TrainerOfATeam, FastSummationIsNearlyTheSame) {
  const auto ranks = Communicator::world();
  const SharedFolder folder(ranks);
  SmallTraining fast, fixed;
  fast.options.summation = Summation::fast;
  auto quick = fast.trainer(folder.state(), ranks);
  quick.run();
  auto exact = fixed.trainer(folder.state(), kAlone);
  exact.run();
  EXPECT_TRUE(torch::allclose(quick.average(), exact.average(), 1e-3, 1e-4));
}

}  // namespace
}  // namespace syncgap::training
