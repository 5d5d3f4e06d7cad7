// Batches, replicas and couplings: what stays bit for bit, and the kernels that take rows at a
// time.
#include <torch/types.h>
#include <vector>

#include <gtest/gtest.h>

#include "networks/blocks_by_rows.h"
#include "networks/mixed_precision.h"
#include "networks/small_dit.h"

namespace syncgap::networks {
namespace {

using torch::Tensor;

TEST(DiT, ABatchWithoutCouplingIsItsReplicasOneByOneBitForBit) {
  const torch::NoGradGuard no_grad;
  auto network = filled_dit(small_dit());
  const auto states = dit_states(small_dit(), 3);
  const DiTConditions none{torch::tensor({3, 500, 950}), torch::tensor({0, 5, 2}), {}};
  auto zero = none, beside = none;
  zero.coupling = torch::zeros({3});
  beside.coupling = torch::tensor({0.0, 0.7, 0.0});
  const auto alone = joined(single(network, states, none));
  EXPECT_TRUE(torch::equal(joined(single(network, states, zero)), alone));
  const auto mixed = joined(single(network, states, beside));
  EXPECT_TRUE(torch::equal(mixed[0], alone[0]));
  EXPECT_TRUE(torch::equal(mixed[2], alone[2]));
  EXPECT_GT((mixed[1] - alone[1]).abs().max().item<double>(), 1e-3);
  const auto second = joined(single(network, states.slice(1, 1, 2), none));
  EXPECT_LT((second - alone.slice(1, 1, 2)).abs().max().item<double>(), 1e-6);
}

struct Sizes {
  std::int64_t side, patch, width, heads, rows;
};
/// Tokens, channels and rows that fill neither vectors nor tiles of a product.
constexpr Sizes kSizes[] = {
    {8, 2, 24, 3, 3}, {28, 4, 96, 4, 2}, {28, 4, 96, 4, 5}, {6, 2, 20, 2, 1}, {32, 2, 144, 2, 1}};

DiTShape shape_of(const Sizes& sizes) {
  auto shape = small_dit();
  shape.side = sizes.side;
  shape.patch = sizes.patch;
  shape.width = sizes.width;
  shape.heads = sizes.heads;
  shape.depth = 2;
  return shape;
}

DiTConditions coupled_conditions(std::int64_t rows) {
  return {torch::arange(rows) * 150 + 20, torch::arange(rows) % 5,
          torch::linspace(0.25, 1, rows + 1).slice(0, 0, rows)};
}

TEST(DiT, EqualReplicasStayEqualAndExchangedOnesExchangeBitForBit) {
  for (const bool trains : {false, true})
    for (const Precision precision : {Precision::single, Precision::bf16})
      for (const Sizes& sizes : kSizes) {
        const torch::AutoGradMode mode(trains);
        const PrecisionScope scope(torch::kCPU, precision);
        auto network = filled_dit(shape_of(sizes));
        const auto told = coupled_conditions(sizes.rows);
        const auto states = dit_states(shape_of(sizes), sizes.rows);
        const auto out = joined(single(network, states, told));
        EXPECT_TRUE(torch::equal(joined(single(network, states.flip(1), told)), out.flip(1)));
        const auto one = states.slice(1, 0, 1);
        const auto equal = joined(single(network, torch::cat({one, one}, 1), told));
        EXPECT_TRUE(torch::equal(equal.select(1, 0), equal.select(1, 1)));
        EXPECT_FALSE(torch::equal(out.select(1, 0), out.select(1, 1)));
      }
}

/// g (B, L, h): the second block alone, and of its heads every other one.
Tensor coupling_of_some_heads(const Sizes& sizes) {
  const auto shape = shape_of(sizes);
  auto g = torch::zeros({sizes.rows, shape.depth, shape.heads});
  g.select(1, 1).copy_(0.7 * (torch::arange(shape.heads) % 2 == 0));
  return g;
}

TEST(DiT, CouplingByBlockAndHeadHasTheBitsOfOneNumberWhereItIsOneAndOfNoneWhereItIsNone) {
  for (const bool trains : {false, true})
    for (const Precision precision : {Precision::single, Precision::bf16})
      for (const Sizes& sizes : kSizes) {
        const torch::AutoGradMode mode(trains);
        const PrecisionScope scope(torch::kCPU, precision);
        auto network = filled_dit(shape_of(sizes));
        const auto states = dit_states(shape_of(sizes), sizes.rows);
        const auto answer = [&](const Tensor& z, const Tensor& coupling) {
          auto told = coupled_conditions(sizes.rows);
          told.coupling = coupling;
          return joined(single(network, z, told));
        };
        const auto g = coupled_conditions(sizes.rows).coupling;
        const auto by_block = g.unsqueeze(1).expand({-1, shape_of(sizes).depth});
        const auto by_head = by_block.unsqueeze(2).expand({-1, -1, sizes.heads});
        const auto whole = answer(states, g), none = answer(states, {});
        EXPECT_TRUE(torch::equal(answer(states, by_block), whole));
        EXPECT_TRUE(torch::equal(answer(states, by_head), whole));
        EXPECT_TRUE(torch::equal(answer(states, torch::zeros_like(by_head)), none));
        const auto some = answer(states, coupling_of_some_heads(sizes));
        EXPECT_FALSE(torch::equal(some, none));
        EXPECT_FALSE(torch::equal(some, whole));
        EXPECT_TRUE(
            torch::equal(answer(states.flip(1), coupling_of_some_heads(sizes)), some.flip(1)));
      }
}

TEST(DiT, WithTheOtherReplicasContextTheDonorHasTheBitsOfBeingAlone) {
  for (const Precision precision : {Precision::single, Precision::bf16})
    for (const Sizes& sizes : kSizes) {
      const torch::NoGradGuard no_grad;
      const PrecisionScope scope(torch::kCPU, precision);
      auto network = filled_dit(shape_of(sizes));
      const auto states = dit_states(shape_of(sizes), sizes.rows);
      auto told = coupled_conditions(sizes.rows);
      told.coupling = Tensor();
      const auto alone = joined(single(network, states, told));
      told.context = Context::other;
      const auto replaced = joined(single(network, states, told));
      EXPECT_TRUE(torch::equal(replaced.select(1, 1), alone.select(1, 1)));
      EXPECT_GT((replaced - alone).abs().max().item<double>(), 1e-4);
      const auto donor = states.slice(1, 1, 2);
      EXPECT_TRUE(torch::equal(joined(single(network, torch::cat({donor, donor}, 1), told)),
                               torch::cat({alone, alone}, 1).slice(1, 1, 4, 2)));
    }
}

enum class Couples { no, alike, some_heads };

/// Weights of a ring whose one link goes one way.
Tensor graph_of_four() {
  auto graph = torch::roll(torch::eye(4), 1, 0) + torch::roll(torch::eye(4), -1, 0) * 0.5;
  graph[0][3] = 0;
  return graph;
}

/// Rows at a time, the kernels; operations one by one, where gradients may be wanted.
TEST(DiT, RowsAtATimeAgreeWithOperationsOneByOne) {
  for (const Sizes& sizes : kSizes)
    for (const std::int64_t replicas : {1, 2, 4})
      for (const Context context : {Context::own, Context::other, Context::uniform})
        for (const Couples couples : {Couples::no, Couples::alike, Couples::some_heads}) {
          const bool coupled = couples != Couples::no;
          if (context == Context::other && replicas != 2) continue;
          if (coupled && replicas == 1) continue;
          if (context != Context::own && coupled) continue;
          auto network = filled_dit(shape_of(sizes));
          auto told = coupled_conditions(sizes.rows);
          if (!coupled) told.coupling = Tensor();
          if (couples == Couples::some_heads) told.coupling = coupling_of_some_heads(sizes);
          told.context = context;
          if (replicas == 4) told.graph = graph_of_four();
          const auto states = dit_states(shape_of(sizes), sizes.rows, replicas);
          const auto answer = [&](bool gradients) {
            const torch::AutoGradMode mode(gradients);
            return joined(single(network, states, told)).detach();
          };
          const auto one_by_one = answer(true), by_rows = answer(false);
          EXPECT_LT((one_by_one - by_rows).abs().max().item<double>(),
                    4e-6 * one_by_one.abs().max().item<double>());
          EXPECT_FALSE(torch::equal(one_by_one, by_rows)) << "both went the same way";
        }
}

TEST(DiT, RowsAtATimeInMixedPrecisionAreNearSingleOnes) {
  const torch::NoGradGuard no_grad;
  for (const Sizes& sizes : kSizes) {
    auto network = filled_dit(shape_of(sizes));
    const auto told = coupled_conditions(sizes.rows);
    const auto states = dit_states(shape_of(sizes), sizes.rows);
    const auto answer = [&](Precision precision) {
      const PrecisionScope scope(torch::kCPU, precision);
      return joined(single(network, states, told));
    };
    const auto exact = answer(Precision::single), mixed = answer(Precision::bf16);
    const double distance = ((mixed - exact).norm() / exact.norm()).item<double>();
    EXPECT_GT(distance, 1e-5);  // bfloat16 was at work
    EXPECT_LT(distance, 0.02);
    EXPECT_TRUE(torch::equal(answer(Precision::single), exact)) << "weights are packed anew";
  }
}

// Of the blocks alone: what stands around them is LibTorch's, whose products may depend on threads.
TEST(BlockByRows, ThreadsDoNotChangeABit) {
  const torch::NoGradGuard no_grad;
  constexpr std::int64_t kRows = 5, kTokens = 16, kWidth = 32;
  torch::manual_seed(3);
  const BlockLayers layers{torch::nn::Linear(kWidth, 3 * kWidth), torch::nn::Linear(kWidth, kWidth),
                           torch::nn::Linear(kWidth, 4 * kWidth),
                           torch::nn::Linear(4 * kWidth, kWidth),
                           torch::nn::Linear(kWidth, 6 * kWidth)};
  const auto tokens = torch::randn({kRows, 2, kTokens, kWidth});
  const auto condition = torch::randn({kRows, kWidth});
  const CoupledRows coupled{torch::linspace(0, 1, kRows), 0, kRows};
  ASSERT_TRUE(BlockByRows::can(layers, tokens));
  const int before = at::get_num_threads();
  std::vector<Tensor> outs;
  for (const int threads : {1, 3}) {
    at::set_num_threads(threads);
    outs.push_back(BlockByRows().forward(layers, tokens, condition, coupled, 4, 1e-6));
  }
  at::set_num_threads(before);
  EXPECT_GT((outs[0] - tokens).abs().max().item<double>(), 0.1);
  EXPECT_TRUE(torch::equal(outs[0], outs[1]));
}

TEST(DiT, WeightsThatAreWrittenOverAreNoticed) {
  const torch::NoGradGuard no_grad;
  auto network = filled_dit(small_dit());
  const auto states = dit_states(small_dit(), 2);
  const DiTConditions told{torch::tensor({40, 600}), torch::tensor({1, 3}), {}};
  const auto before = joined(single(network, states, told));
  for (auto& item : network->named_parameters()) {
    if (item.key().find("blocks.1.") == std::string::npos) continue;
    // As a message from another rank does: past every counter of versions.
    float& number = item.value().data_ptr<float>()[0];
    const float old = number;
    number += 1;
    EXPECT_FALSE(torch::equal(joined(single(network, states, told)), before)) << item.key();
    number = old;
  }
  EXPECT_TRUE(torch::equal(joined(single(network, states, told)), before));
}

}  // namespace
}  // namespace syncgap::networks
