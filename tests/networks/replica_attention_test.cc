#include "networks/replica_attention.h"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "error_text.h"
#include "networks/made_up_numbers.h"
#include "networks/mixed_precision.h"

namespace syncgap::networks {
namespace {

using ::testing::HasSubstr;
using torch::Tensor;

/// Numbers without a period: rows, replicas and heads differ. Scores reach 6, far from uniform.
Tensor made_up_qkv(std::int64_t rows, std::int64_t replicas, std::int64_t tokens,
                   std::int64_t width) {
  const std::vector<std::int64_t> shape{rows, replicas, tokens, 3 * width};
  return (wave(shape, 0.7137, 0.3) + wave(shape, 2.3911, 1.1)) * 1.2;
}

/// SA(q <- k, v) of (N, c) each, by the definition.
Tensor self_attention(const Tensor& q, const Tensor& k, const Tensor& v) {
  const auto weights = torch::exp(torch::mm(q, k.t()) / std::sqrt(q.size(1)));
  return torch::mm(weights / weights.sum(1, true), v);
}

/// The four blocks of (18) one after the other, and (19); strengths (B, h).
Tensor oracle_by_head(const Tensor& qkv, std::int64_t heads, const Tensor& strengths) {
  const auto rows = qkv.size(0), width = qkv.size(3) / 3, size = width / heads;
  std::vector<Tensor> out;
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t replica = 0; replica < qkv.size(1); ++replica) {
      std::vector<Tensor> by_head;
      for (std::int64_t head = 0; head < heads; ++head) {
        const auto part = [&](std::int64_t of, std::int64_t which) {
          return qkv[row][of].slice(1, which * width + head * size,
                                    which * width + (head + 1) * size);
        };
        const auto seen = [&](std::int64_t of) {
          return self_attention(part(replica, 0), part(of, 1), part(of, 2));
        };
        const double g = strengths[row][head].item<double>();
        by_head.push_back(qkv.size(1) == 1 ? seen(0)
                                           : (seen(replica) + g * seen(1 - replica)) / (1 + g));
      }
      out.push_back(torch::cat(by_head, 1));
    }
  return torch::stack(out).reshape({rows, qkv.size(1), qkv.size(2), width});
}

Tensor oracle(const Tensor& qkv, std::int64_t heads, const std::vector<double>& strengths) {
  const auto g =
      strengths.empty() ? torch::zeros({qkv.size(0)}, kDouble) : torch::tensor(strengths, kDouble);
  return oracle_by_head(qkv, heads, g.unsqueeze(1).expand({-1, heads}));
}

/// A's queries against B's keys and values, B's against its own.
Tensor replaced_oracle(const Tensor& qkv, std::int64_t heads) {
  const auto width = qkv.size(3) / 3;
  const auto of_b = [&](std::int64_t queries) {
    const auto q = qkv.select(1, queries).slice(2, 0, width);
    const auto kv = qkv.select(1, 1).slice(2, width, 3 * width);
    return oracle(torch::cat({q, kv}, 2).unsqueeze(1), heads, {});  // (B, 1, N, D)
  };
  return torch::cat({of_b(0), of_b(1)}, 1);
}

/// The mean of the values, told to every token.
Tensor uniform_oracle(const Tensor& qkv) {
  const auto width = qkv.size(3) / 3;
  auto out = torch::zeros({qkv.size(0), qkv.size(1), qkv.size(2), width}, kDouble);
  for (std::int64_t token = 0; token < qkv.size(2); ++token)
    out += qkv.select(2, token).slice(2, 2 * width).unsqueeze(2) / qkv.size(2);
  return out;
}

/// qkv (B, P, N, 3 D) -> (B, P, N, D)
Tensor attention(const Tensor& qkv, std::int64_t heads, const CoupledRows& rows) {
  return torch::stack(replica_attention(qkv.unbind(1), heads, rows), 1);
}

CoupledRows coupled(const std::vector<double>& strengths) {
  const auto rows = static_cast<std::int64_t>(strengths.size());
  return ReplicaCoupling(torch::tensor(strengths, kDouble), rows, 1, 1, torch::kCPU).at(0);
}

/// g (B, h)
CoupledRows coupled_by_head(const Tensor& g) {
  return ReplicaCoupling(g.unsqueeze(1), g.size(0), 1, g.size(1), torch::kCPU).at(0);
}

/// g (3, h) that differs between heads: 0 in all of them, in every other one, in none.
Tensor strengths_of_heads(std::int64_t heads) {
  const auto every = torch::linspace(0.3, 1, heads, kDouble);
  return torch::stack({0 * every, every * (torch::arange(heads) % 2), every});
}

CoupledRows in(Context context) { return {{}, 0, 0, context}; }

Tensor exchanged(const Tensor& replicas) { return replicas.flip(1); }

struct AttentionSizes {
  std::int64_t tokens, width, heads;
};
/// Neither tokens nor channels of a head fill whole vectors everywhere.
constexpr AttentionSizes kAttentionSizes[] = {
    {49, 96, 4}, {16, 72, 1}, {7, 10, 2}, {256, 144, 2}, {65, 64, 1}};

TEST(ReplicaAttention, IsFourSoftmaxesAndTheirMean) {
  const std::vector<double> strengths{0, 0.3, 1, 0.05, 0};
  for (const auto& [tokens, width, heads] : kAttentionSizes) {
    const auto qkv = made_up_qkv(5, 2, tokens, width);
    const auto expected = oracle(qkv, heads, strengths);
    const auto rows = coupled(strengths);
    EXPECT_EQ(rows.first, 1);
    EXPECT_EQ(rows.count, 3);
    EXPECT_LT((attention(qkv, heads, rows) - expected).abs().max().item<double>(), 1e-12);
    const auto single = attention(qkv.to(torch::kFloat32), heads, rows);
    EXPECT_EQ(single.scalar_type(), torch::kFloat32);
    EXPECT_LT((single - expected).abs().max().item<double>(), 5e-6) << tokens << " tokens";
    const torch::NoGradGuard no_grad;
    const auto alone = qkv.slice(1, 0, 1);
    EXPECT_LT((attention(alone.to(torch::kFloat32), heads, {}) - oracle(alone, heads, {}))
                  .abs()
                  .max()
                  .item<double>(),
              5e-6);
  }
}

TEST(ReplicaAttention, WhatTrainsAndWhatInfersAgree) {
  for (const auto& [tokens, width, heads] : kAttentionSizes) {
    const auto qkv = made_up_qkv(3, 2, tokens, width).to(torch::kFloat32);
    const auto rows = coupled({0.2, 0, 0.7});
    const auto trains = attention(qkv.clone().requires_grad_(), heads, rows).detach();
    const auto infers = attention(qkv, heads, rows);
    EXPECT_LT((trains - infers).abs().max().item<double>(), 3e-6);
  }
}

TEST(ReplicaAttention, HeadsMayBeCoupledDifferently) {
  for (const auto& [tokens, width, heads] : kAttentionSizes) {
    const auto qkv = made_up_qkv(3, 2, tokens, width);
    const auto g = strengths_of_heads(heads);
    const auto rows = coupled_by_head(g);
    const auto expected = oracle_by_head(qkv, heads, g);
    const auto error = [&](const Tensor& out) {
      return (out - expected).abs().max().item<double>();
    };
    EXPECT_LT(error(attention(qkv, heads, rows)), 1e-12);
    const auto single = qkv.to(torch::kFloat32);
    EXPECT_LT(error(attention(single, heads, rows)), 5e-6) << tokens << " tokens";
    EXPECT_LT(error(attention(single.clone().requires_grad_(), heads, rows).detach()), 5e-6);
  }
}

TEST(ReplicaAttention, HeadsOfEqualStrengthHaveTheBitsOfOneStrengthAndThoseOfNoneOfNone) {
  for (const auto& [tokens, width, heads] : kAttentionSizes)
    for (const bool trains : {false, true}) {
      const auto qkv = made_up_qkv(3, 2, tokens, width).to(torch::kFloat32).requires_grad_(trains);
      const auto equal = torch::tensor({0.0, 0.7, 0.2}, kDouble).unsqueeze(1).expand({3, heads});
      EXPECT_TRUE(torch::equal(attention(qkv, heads, coupled_by_head(equal)),
                               attention(qkv, heads, coupled({0, 0.7, 0.2}))));
      const auto rows = coupled_by_head(strengths_of_heads(heads));
      const auto some = attention(qkv, heads, rows), alone = attention(qkv, heads, {});
      EXPECT_TRUE(torch::equal(attention(exchanged(qkv), heads, rows), exchanged(some)));
      const auto of_head = [&](const Tensor& out, std::int64_t row, std::int64_t head) {
        return out[row].slice(2, head * (width / heads), (head + 1) * (width / heads));
      };
      for (std::int64_t head = 0; head < heads; ++head)
        for (std::int64_t row = 0; row < 3; ++row)
          EXPECT_EQ(torch::equal(of_head(some, row, head), of_head(alone, row, head)),
                    row == 0 || (row == 1 && head % 2 == 0));
    }
}

/// Weights of graphs of 3 and 4 replicas, regular or not, and of one that is not symmetric.
const std::vector<Tensor> kGraphs = [] {
  std::vector<Tensor> graphs;
  for (const std::int64_t replicas : {3, 4}) {
    graphs.push_back(1 - torch::eye(replicas));  // complete
    graphs.push_back(torch::roll(torch::eye(replicas), 1, 0) * 0.5 +
                     torch::roll(torch::eye(replicas), -1, 0) * 0.5);  // ring
    auto star = torch::zeros({replicas, replicas});
    star.slice(0, 1).select(1, 0).fill_(1);
    star.select(0, 0).slice(0, 1).fill_(1.0 / static_cast<double>(replicas - 1));
    graphs.push_back(star);
  }
  return graphs;
}();

CoupledRows on_graph(const std::vector<double>& strengths, const Tensor& graph) {
  return ReplicaCoupling(torch::tensor(strengths, kDouble),
                         static_cast<std::int64_t>(strengths.size()), 1, 1, torch::kCPU, graph)
      .at(0);
}

/// (own + g sum_j w_ij other_ij) / (1 + g sum_j w_ij), one attention after the other.
Tensor graph_oracle(const Tensor& qkv, std::int64_t heads, const std::vector<double>& strengths,
                    const Tensor& graph) {
  const auto width = qkv.size(3) / 3, replicas = qkv.size(1);
  const auto seen = [&](std::int64_t queries, std::int64_t of) {
    const auto mixed = torch::cat(
        {qkv.select(1, queries).slice(2, 0, width), qkv.select(1, of).slice(2, width, 3 * width)},
        2);
    return oracle(mixed.unsqueeze(1), heads, {}).select(1, 0);  // (B, N, D)
  };
  const auto g = torch::tensor(strengths, kDouble).view({-1, 1, 1});
  std::vector<Tensor> out;
  for (std::int64_t i = 0; i < replicas; ++i) {
    Tensor sum = seen(i, i), whole = torch::ones_like(g);
    for (std::int64_t j = 0; j < replicas; ++j) {
      const double weight = graph[i][j].item<double>();
      sum = sum + g * weight * seen(i, j);
      whole = whole + g * weight;
    }
    out.push_back(sum / whole);
  }
  return torch::stack(out, 1);
}

TEST(ReplicaAttention, OfMoreReplicasIsTheMeanOverTheirGraph) {
  const std::vector<double> strengths{0, 0.7, 1};
  for (const auto& [tokens, width, heads] : kAttentionSizes)
    for (const Tensor& graph : kGraphs) {
      const auto qkv = made_up_qkv(3, graph.size(0), tokens, width);
      const auto expected = graph_oracle(qkv, heads, strengths, graph);
      const auto rows = on_graph(strengths, graph);
      const auto error = [&](const Tensor& out) {
        return (out - expected).abs().max().item<double>();
      };
      EXPECT_LT(error(attention(qkv, heads, rows)), 1e-6);  // weights are single precision
      const auto single = qkv.to(torch::kFloat32);
      EXPECT_LT(error(attention(single, heads, rows)), 5e-6) << tokens << " tokens";
      EXPECT_LT(error(attention(single.clone().requires_grad_(), heads, rows).detach()), 5e-6);
      // Rows of g = 0 have the bits of replicas that do not see each other.
      EXPECT_TRUE(torch::equal(attention(single, heads, rows)[0], attention(single, heads, {})[0]));
    }
}

TEST(ReplicaAttention, OfAPairHasTheSameBitsOnItsGraph) {
  const auto qkv = made_up_qkv(2, 2, 49, 96).to(torch::kFloat32);
  EXPECT_TRUE(torch::equal(attention(qkv, 4, on_graph({0.4, 1}, 1 - torch::eye(2))),
                           attention(qkv, 4, coupled({0.4, 1}))));
}

TEST(ReplicaAttention, TurningARingTurnsResultsAndEqualReplicasStayEqualBitForBit) {
  for (const bool trains : {false, true})
    for (const Tensor& graph : {kGraphs[3], kGraphs[4]}) {  // complete and ring, of 4
      const auto qkv = made_up_qkv(2, 4, 49, 96).to(torch::kFloat32).requires_grad_(trains);
      const auto rows = on_graph({0.3, 1}, graph);
      EXPECT_TRUE(
          torch::equal(attention(qkv.roll(1, 1), 4, rows), attention(qkv, 4, rows).roll(1, 1)));
      const auto one = qkv.slice(1, 0, 1);
      const auto out = attention(torch::cat({one, one, one, one}, 1), 4, rows);
      for (std::int64_t k = 1; k < 4; ++k)
        EXPECT_TRUE(torch::equal(out.select(1, 0), out.select(1, k)));
      EXPECT_LT((out.slice(1, 0, 1) - attention(one, 4, {})).abs().max().item<double>(), 5e-6);
    }
}

TEST(ReplicaAttention, ScoresInTheThousandsOverflowNothing) {
  const auto qkv = made_up_qkv(1, 2, 49, 96) * 40;
  const auto expected = attention(qkv, 4, coupled({0.5}));
  EXPECT_TRUE(torch::isfinite(expected).all().item<bool>());
  const auto single = attention(qkv.to(torch::kFloat32), 4, coupled({0.5}));
  EXPECT_LT(((single - expected).norm() / expected.norm()).item<double>(), 1e-3);
}

TEST(ReplicaAttention, WithoutCouplingHasTheBitsOfNone) {
  for (const auto& [tokens, width, heads] : kAttentionSizes)
    for (const bool trains : {false, true}) {
      const auto qkv = made_up_qkv(3, 2, tokens, width).to(torch::kFloat32).requires_grad_(trains);
      const auto alone = attention(qkv, heads, {});
      EXPECT_TRUE(torch::equal(attention(qkv, heads, coupled({0, 0, 0})), alone));
      // Beside coupled rows, and where nobody knows that a row is not coupled.
      const auto mixed = attention(qkv, heads, coupled({0, 0.5, 0}));
      EXPECT_TRUE(torch::equal(mixed[0], alone[0]));
      EXPECT_TRUE(torch::equal(mixed[2], alone[2]));
      EXPECT_FALSE(torch::equal(mixed[1], alone[1]));
      const CoupledRows all{torch::zeros({3}), 0, 3};
      EXPECT_TRUE(torch::equal(attention(qkv, heads, all), alone));
    }
}

TEST(ReplicaAttention, ExchangingReplicasExchangesResultsBitForBit) {
  for (const auto& [tokens, width, heads] : kAttentionSizes)
    for (const bool trains : {false, true}) {
      const auto qkv = made_up_qkv(3, 2, tokens, width).to(torch::kFloat32).requires_grad_(trains);
      const auto rows = coupled({0.3, 1, 0.8});
      EXPECT_TRUE(torch::equal(attention(exchanged(qkv), heads, rows),
                               exchanged(attention(qkv, heads, rows))));
    }
}

TEST(ReplicaAttention, EqualReplicasStayEqualBitForBit) {
  for (const auto& [tokens, width, heads] : kAttentionSizes)
    for (const bool trains : {false, true}) {
      const auto one = made_up_qkv(3, 1, tokens, width).to(torch::kFloat32);
      const auto out = attention(torch::cat({one, one}, 1).requires_grad_(trains), heads,
                                 coupled({0.3, 0, 0.8}));
      EXPECT_TRUE(torch::equal(out.select(1, 0), out.select(1, 1)));
      // What one sees of an equal partner is what it sees of itself, up to rounding in the mean.
      EXPECT_LT((out.slice(1, 0, 1) - attention(one, heads, {})).abs().max().item<double>(), 5e-6);
    }
}

TEST(ReplicaAttention, RowsDoNotDependOnTheBatchTheyAreIn) {
  const auto qkv = made_up_qkv(6, 2, 49, 96).to(torch::kFloat32);
  const std::vector<double> strengths{0.1, 0.9, 0, 0.4, 0, 1};
  const auto together = attention(qkv, 4, coupled(strengths));
  for (std::int64_t row = 0; row < 6; ++row)
    EXPECT_TRUE(torch::equal(attention(qkv.slice(0, row, row + 1), 4,
                                       coupled({strengths[static_cast<std::size_t>(row)]})),
                             together.slice(0, row, row + 1)));
}

TEST(ReplicaAttention, GradientsAreThoseOfTheDefinition) {
  const std::vector<double> strengths{0, 0.6, 0};
  for (const auto& [tokens, width, heads] : {AttentionSizes{12, 8, 2}, AttentionSizes{300, 6, 1}}) {
    const auto seen = wave({3, 2, tokens, width}, 0.37, 0.2);
    const auto gradient = [&](const auto& compute, torch::ScalarType type) {
      const auto qkv = made_up_qkv(3, 2, tokens, width).to(type).requires_grad_();
      (compute(qkv) * seen.to(type)).sum().backward();
      return qkv.grad().to(torch::kFloat64);
    };
    const auto expected =
        gradient([&](const Tensor& qkv) { return oracle(qkv, heads, strengths); }, torch::kFloat64);
    const auto ours = [&](const Tensor& qkv) { return attention(qkv, heads, coupled(strengths)); };
    const double size = expected.abs().max().item<double>();
    EXPECT_GT(size, 0.1);
    EXPECT_LT((gradient(ours, torch::kFloat64) - expected).abs().max().item<double>(),
              1e-12 * size);
    EXPECT_LT((gradient(ours, torch::kFloat32) - expected).abs().max().item<double>(), 1e-5 * size);
  }
}

TEST(ReplicaAttention, SoftmaxIsSinglePrecisionUnderMixed) {
  const auto qkv = made_up_qkv(2, 2, 49, 96).to(torch::kBFloat16);
  const auto rows = coupled({0.5, 0.1});
  const PrecisionScope scope(torch::kCPU, Precision::bf16);
  const auto out = attention(qkv, 4, rows);
  EXPECT_EQ(out.scalar_type(), torch::kFloat32);
  EXPECT_LT((out - oracle(qkv.to(torch::kFloat64), 4, {0.5, 0.1})).abs().max().item<double>(),
            5e-6);
}

TEST(ReplacedContext, IsTheOtherReplicasOrTheMeanOfTheValues) {
  for (const auto& [tokens, width, heads] : kAttentionSizes)
    for (const bool trains : {false, true}) {
      const auto qkv = made_up_qkv(3, 2, tokens, width);
      const auto error = [&](Context context, torch::ScalarType type, const Tensor& expected) {
        const auto out = attention(qkv.to(type).requires_grad_(trains), heads, in(context));
        EXPECT_EQ(out.scalar_type(), type);
        return (out - expected).abs().max().item<double>();
      };
      const auto other = replaced_oracle(qkv, heads), uniform = uniform_oracle(qkv);
      EXPECT_LT(error(Context::other, torch::kFloat64, other), 1e-12);
      EXPECT_LT(error(Context::other, torch::kFloat32, other), 5e-6) << tokens << " tokens";
      EXPECT_LT(error(Context::uniform, torch::kFloat64, uniform), 1e-12);
      EXPECT_LT(error(Context::uniform, torch::kFloat32, uniform), 1e-6);
      EXPECT_GT((other - oracle(qkv, heads, {})).abs().max().item<double>(), 0.1);
      EXPECT_GT((uniform - oracle(qkv, heads, {})).abs().max().item<double>(), 0.1);
    }
}

TEST(ReplacedContext, LeavesTheDonorItsBits) {
  for (const auto& [tokens, width, heads] : kAttentionSizes)
    for (const bool trains : {false, true}) {
      const auto qkv = made_up_qkv(3, 2, tokens, width).to(torch::kFloat32).requires_grad_(trains);
      const auto alone = attention(qkv, heads, {});
      const auto replaced = attention(qkv, heads, in(Context::other));
      EXPECT_TRUE(torch::equal(replaced.select(1, 1), alone.select(1, 1)));
      EXPECT_FALSE(torch::equal(replaced.select(1, 0), alone.select(1, 0)));
      // Of equal replicas the other one's context is the own one.
      const auto one = qkv.slice(1, 0, 1), both = torch::cat({one, one}, 1);
      EXPECT_TRUE(
          torch::equal(attention(both, heads, in(Context::other)), attention(both, heads, {})));
    }
}

TEST(ReplacedContext, GradientsAreThoseOfTheDefinition) {
  const auto seen = wave({3, 2, 12, 8}, 0.37, 0.2);
  const auto gradient = [&](const auto& compute) {
    const auto qkv = made_up_qkv(3, 2, 12, 8).requires_grad_();
    (compute(qkv) * seen).sum().backward();
    return qkv.grad();
  };
  const auto expect_equal = [&](Context context, const auto& definition) {
    const auto ours = gradient([&](const Tensor& qkv) { return attention(qkv, 2, in(context)); });
    EXPECT_TRUE(torch::allclose(ours, gradient(definition), 0, 1e-12));
  };
  expect_equal(Context::other, [](const Tensor& qkv) { return replaced_oracle(qkv, 2); });
  expect_equal(Context::uniform, uniform_oracle);
}

TEST(ReplacedContext, IsSinglePrecisionUnderMixed) {
  const auto qkv = made_up_qkv(2, 2, 49, 96).to(torch::kBFloat16);
  const PrecisionScope scope(torch::kCPU, Precision::bf16);
  const auto error = [&](Context context, const Tensor& expected) {
    const auto out = attention(qkv, 4, in(context));
    EXPECT_EQ(out.scalar_type(), torch::kFloat32);
    return (out - expected).abs().max().item<double>();
  };
  const auto exact = qkv.to(torch::kFloat64);
  EXPECT_LT(error(Context::other, replaced_oracle(exact, 4)), 5e-6);
  EXPECT_LT(error(Context::uniform, uniform_oracle(exact)), 1e-6);
}

TEST(ReplicaCoupling, KnowsWhichRowsOfALayerAreCoupled) {
  const auto g = torch::tensor({{0.0, 0.5, 0.0}, {0.0, 0.0, 0.25}, {0.0, 0.5, 0.0}});
  const ReplicaCoupling coupling(g, 3, 3, 2, torch::kCPU);
  EXPECT_EQ(coupling.at(0).count, 0);
  EXPECT_EQ(coupling.at(1).first, 0);
  EXPECT_EQ(coupling.at(1).count, 3);
  EXPECT_EQ(coupling.at(2).first, 1);
  EXPECT_EQ(coupling.at(2).count, 1);
  EXPECT_EQ(coupling.at(2).strength.item<double>(), 0.25);
  const ReplicaCoupling none(Tensor(), 3, 3, 2, torch::kCPU);
  EXPECT_EQ(none.at(2).count, 0);
  auto of_heads = torch::zeros({3, 3, 2});  // (B, L, h)
  of_heads[1][2][1] = 0.75;
  const ReplicaCoupling one(of_heads, 3, 3, 2, torch::kCPU);
  EXPECT_EQ(one.at(0).count + one.at(1).count, 0);
  EXPECT_EQ(one.at(2).first, 1);
  EXPECT_EQ(one.at(2).count, 1);
  EXPECT_TRUE(torch::equal(one.at(2).strength, torch::tensor({{0.0F, 0.75F}})));
}

TEST(ReplicaCoupling, RefusesWhatIsNoStrength) {
  const auto refusal = [](const Tensor& g) {
    return error_text<InputError>([&] { ReplicaCoupling(g, 3, 4, 2, torch::kCPU); });
  };
  EXPECT_THAT(refusal(torch::zeros({2})), HasSubstr("(2), expected (3), (3, 4) or (3, 4, 2)"));
  EXPECT_THAT(refusal(torch::zeros({3, 1})), HasSubstr("(3, 1)"));
  EXPECT_THAT(refusal(torch::zeros({3, 4, 1})), HasSubstr("(3, 4, 1)"));
  EXPECT_THAT(refusal(torch::full({3, 4, 2}, 1.25)), HasSubstr("the greatest 1.25"));
  EXPECT_THAT(refusal(torch::tensor({0.0, 1.5, 0.5})), HasSubstr("the greatest 1.5"));
  EXPECT_THAT(refusal(torch::tensor({0.0, -0.5, 0.5})), HasSubstr("the least is -0.5"));
  EXPECT_THAT(refusal(torch::tensor({0.0, std::nan(""), 0.5})), HasSubstr("0 to 1"));
}

}  // namespace
}  // namespace syncgap::networks
