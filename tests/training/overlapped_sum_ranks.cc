#include <numeric>
#include <torch/nn/modules/linear.h>

#include <gtest/gtest.h>

#include "core/random.h"
#include "networks/initialize.h"
#include "training/overlapped_sum.h"

namespace syncgap::training {
namespace {

using parallel::Communicator;

/// Two layers in use and one that no loss reaches.
struct LayersImpl : torch::nn::Module {
  torch::nn::Linear first = register_module("first", torch::nn::Linear(3, 8));
  torch::nn::Linear idle = register_module("idle", torch::nn::Linear(4, 4));
  torch::nn::Linear last = register_module("last", torch::nn::Linear(8, 2));

  /// Loss of a rank's part of the data in a step.
  torch::Tensor loss(int rank, int step) {
    auto x = torch::empty({5, 3});
    const RandomStream stream(3, "data");
    stream.fill_normals<float>(static_cast<std::uint64_t>(rank), static_cast<std::uint32_t>(step),
                               {x.data_ptr<float>(), 15});
    return last(torch::tanh(first(x))).square().sum();
  }
};
TORCH_MODULE(Layers);

Layers fresh_layers() {
  Layers layers;
  networks::initialize(*layers, RandomStream(1, "weights"));
  return layers;
}

void zero(const FlatParameters& parameters) {
  const torch::NoGradGuard no_grad;
  parameters.gradients().detach().zero_();
}

/// Sum over the ranks' parts that take part, on one rank.
torch::Tensor expected_sum(int ranks, int step, int idle_rank) {
  auto layers = fresh_layers();
  const FlatParameters parameters(*layers);
  for (int rank = 0; rank < ranks; ++rank)
    if (rank != idle_rank) layers->loss(rank, step).backward();
  return parameters.gradients().clone();
}

TEST(OverlappedSum, IsTheSumOverRanksWhateverTheBuckets) {
  const auto ranks = Communicator::world();
  for (const std::int64_t bucket_size : {1, 7, 30, 1 << 16}) {
    auto layers = fresh_layers();
    const FlatParameters parameters(*layers);
    OverlappedSum sum(*layers, parameters, ranks, bucket_size);
    for (int step = 0; step < 3; ++step) {
      // In the last step one rank has no examples.
      const int idle = step == 2 ? ranks.size() - 1 : -1;
      zero(parameters);
      const auto loss = layers->loss(ranks.rank(), step);
      sum.begin();
      if (ranks.rank() != idle) loss.backward();
      sum.finish();
      EXPECT_TRUE(torch::allclose(parameters.gradients(), expected_sum(ranks.size(), step, idle),
                                  1e-5, 1e-6))
          << "buckets of " << bucket_size << ", step " << step;
    }
  }
}

TEST(OverlappedSum, SendsEveryGradientOnce) {
  const auto ranks = Communicator::world();
  auto layers = fresh_layers();
  const FlatParameters parameters(*layers);
  OverlappedSum sum(*layers, parameters, ranks, 10);
  const auto loss = layers->loss(ranks.rank(), 0);
  sum.begin();
  loss.backward();
  sum.finish();
  const auto& buckets = sum.trace().buckets;
  if (ranks.size() == 1) {
    EXPECT_TRUE(buckets.empty());
    return;
  }
  // last.bias and weight; idle.bias and weight; first.bias and weight
  std::vector<std::int64_t> sizes;
  for (const auto& bucket : buckets) sizes.push_back(bucket.size);
  EXPECT_EQ(sizes, (std::vector<std::int64_t>{18, 20, 32}));
  for (const auto& bucket : buckets) {
    EXPECT_GE(bucket.begin, 0);
    EXPECT_LE(bucket.begin, bucket.end);
    EXPECT_LE(bucket.end, sum.trace().finished);
  }
  // The layer that is used last is on its way before backward ends; the rest waits for the one
  // that gets no gradient.
  EXPECT_LE(buckets[0].begin, sum.trace().backward);
  EXPECT_GE(buckets[1].begin, sum.trace().backward);
}

TEST(OverlappedSum, BackwardOutsideIsLeftAlone) {
  const auto ranks = Communicator::world();
  auto layers = fresh_layers();
  const FlatParameters parameters(*layers);
  {
    OverlappedSum sum(*layers, parameters, ranks, 10);
    layers->loss(ranks.rank(), 0).backward();  // between steps
  }
  layers->loss(ranks.rank(), 1).backward();  // after its end
  auto alone = fresh_layers();
  const FlatParameters expected(*alone);
  alone->loss(ranks.rank(), 0).backward();
  alone->loss(ranks.rank(), 1).backward();
  EXPECT_TRUE(torch::equal(parameters.gradients(), expected.gradients()));
}

}  // namespace
}  // namespace syncgap::training
