#include "training/trainer.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <numbers>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "error_text.h"
#include "temporary_folder.h"
#include "training/small_training.h"

namespace syncgap::training {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const parallel::Communicator kAlone;

TEST(FlatParameters, AreTheNetworksOwn) {
  torch::nn::Linear layer(2, 1);
  const FlatParameters flat(*layer);
  ASSERT_EQ(flat.size(), 3);
  {
    const torch::NoGradGuard no_grad;
    flat.values().detach().copy_(torch::tensor({1.0F, 2.0F, 3.0F}));
  }
  const auto out = layer->forward(torch::tensor({{10.0F, 100.0F}}));
  EXPECT_EQ(out.item<float>(), 213.0F);
  out.backward();
  EXPECT_TRUE(torch::equal(flat.gradients(), torch::tensor({10.0F, 100.0F, 1.0F})));
}

/// Twenty steps of LibTorch's optimizer and ours from the same start.
template <class Reference, class Options>
void expect_same_steps(const Options& theirs, const OptimizerOptions& options) {
  torch::manual_seed(1);
  auto reference = torch::randn({7}).requires_grad_(true);
  auto values = reference.detach().clone(), gradients = torch::zeros({7});
  Reference other({reference}, theirs);
  Optimizer ours(values, gradients, options, 20);
  for (int step = 0; step < 20; ++step) {
    other.zero_grad();
    (reference.sin() * torch::arange(7)).sum().backward();
    gradients.copy_(reference.grad());
    other.step();
    ours.step();
    EXPECT_TRUE(torch::allclose(values, reference.detach(), 1e-5, 1e-6)) << step;
  }
}

TEST(Optimizer, IsAdam) {
  expect_same_steps<torch::optim::Adam>(torch::optim::AdamOptions(0.01),
                                        {.learning_rate = 0.01, .gradient_clip = 0});
}

TEST(Optimizer, IsAdamWWhereParametersDecay) {
  expect_same_steps<torch::optim::AdamW>(
      torch::optim::AdamWOptions(0.01).weight_decay(0.3),
      {.learning_rate = 0.01, .gradient_clip = 0, .weight_decay = 0.3});
}

TEST(Optimizer, RateWarmsUpAndFallsAlongACosineToZero) {
  // Under a constant gradient each of Adam's steps is as long as the rate.
  auto values = torch::zeros({1}, torch::kFloat64), gradients = torch::ones({1}, torch::kFloat64);
  Optimizer ours(
      values, gradients,
      {.learning_rate = 0.1, .warmup = 4, .gradient_clip = 0, .rate = RateSchedule::cosine}, 20);
  double before = 0;
  for (int step = 1; step <= 20; ++step) {
    ours.step();
    const double taken = before - values.item<double>();
    const double wanted =
        0.1 * std::min(1.0, step / 4.0) * (1 + std::cos(std::numbers::pi * step / 20)) / 2;
    EXPECT_NEAR(taken, wanted, 1e-8) << step;
    before = values.item<double>();
  }
}

TEST(Optimizer, ClipsTheNorm) {
  auto values = torch::zeros({2}), gradients = torch::tensor({30.0F, 40.0F});
  Optimizer ours(values, gradients, {.gradient_clip = 5}, 1);
  ours.step();
  EXPECT_TRUE(torch::allclose(gradients, torch::tensor({3.0F, 4.0F})));
  EXPECT_FLOAT_EQ(ours.norm_sum().item<float>(), 50.0F);
}

TEST(Optimizer, AverageFollowsTheValues) {
  auto values = torch::zeros({1}), gradients = torch::ones({1});
  Optimizer ours(values, gradients, {.learning_rate = 0.1, .ema_decay = 0.5}, 50);
  double average = 0;
  for (int step = 1; step <= 50; ++step) {
    ours.step();
    const double decay = std::min(0.5, step / (step + 10.0));
    average = decay * average + (1 - decay) * values.item<double>();
    EXPECT_NEAR(ours.average().item<double>(), average, 1e-5);
  }
}

TEST(CutBatch, IntoNearlyEqualPartsThatCoverIt) {
  for (const std::int64_t count : {0, 1, 3, 4, 25, 128})
    for (const std::int64_t parts : {1, 3, 4, 7}) {
      std::int64_t at = 0;
      for (const Shard& shard : cut_batch(count, parts)) {
        EXPECT_EQ(shard.begin, at);
        EXPECT_LE(std::abs(shard.size() - count / parts), 1);
        at = shard.end;
      }
      EXPECT_EQ(at, count);
    }
}

TEST(Trainer, LearnsAndSaysHow) {
  const TemporaryFolder folder;
  SmallTraining training;
  training.options.epochs = 40;
  auto trainer = training.trainer(folder.path("state"), kAlone);
  EXPECT_TRUE(trainer.run());
  const auto& curves = trainer.curves();
  ASSERT_EQ(curves.loss.size(), 40U);
  ASSERT_EQ(curves.gradient_norm.size(), 40U);
  EXPECT_LT(curves.loss.back(), 0.7 * curves.loss.front());
  EXPECT_GT(curves.seconds, 0);
  EXPECT_FALSE(std::filesystem::exists(folder.path("state")));  // it took less than a minute
}

TEST(Trainer, ShardsAddUpToTheWholeBatch) {
  const TemporaryFolder folder;
  torch::Tensor expected;
  for (const std::int64_t shards : {1, 2, 3, 5}) {
    SmallTraining training;
    training.options.shards = shards;
    auto trainer = training.trainer(folder.path("state"), kAlone);
    trainer.run();
    if (!expected.defined()) expected = trainer.average().clone();
    EXPECT_TRUE(torch::allclose(trainer.average(), expected, 1e-4, 1e-5)) << shards;
  }
}

TEST(Trainer, StoppedAnywhereEndsWithTheSameBits) {
  const TemporaryFolder folder;
  SmallTraining undisturbed;
  auto whole = undisturbed.trainer(folder.path("whole"), kAlone);
  whole.run();
  for (const int steps : {1, 4, 5, 7}) {  // 5 steps an epoch
    const auto path = folder.path(concat("state", steps));
    int launches = 0;
    for (bool finished = false; !finished; ++launches) {
      ASSERT_LT(launches, 20);
      SmallTraining again;
      int asked = 0;
      auto trainer = again.trainer(path, kAlone, [&] { return ++asked > steps; });
      finished = trainer.run();
      if (!finished) continue;
      EXPECT_TRUE(torch::equal(trainer.average(), whole.average()));
      EXPECT_EQ(trainer.curves().loss, whole.curves().loss);
      EXPECT_EQ(trainer.curves().gradient_norm, whole.curves().gradient_norm);
    }
    EXPECT_EQ(launches, (15 + steps - 1) / steps);
  }
}

TEST(Trainer, RefusesACheckpointOfAnotherTraining) {
  const TemporaryFolder folder;
  SmallTraining first;
  first.trainer(folder.path("state"), kAlone, [] { return true; }).run();
  SmallTraining other;
  other.identity = "another";
  EXPECT_THAT(error_text<InputError>([&] { other.trainer(folder.path("state"), kAlone); }),
              AllOf(HasSubstr("of another training"), HasSubstr(folder.path("state"))));
}

TEST(Trainer, DivergenceIsAMessageAndKeepsTheLastGoodState) {
  const TemporaryFolder folder;
  SmallTraining good;
  int asked = 0;
  good.trainer(folder.path("state"), kAlone, [&] { return ++asked > 3; }).run();
  SmallTraining bad;
  const auto loss = bad.loss();
  Trainer trainer(
      *bad.network, SmallTraining::kExamples,
      [&](std::int64_t epoch, std::int64_t begin, std::int64_t end) {
        return loss(epoch, begin, end) *
               (epoch == 1 ? std::numeric_limits<float>::quiet_NaN() : 1.0F);
      },
      bad.options, bad.identity, folder.path("state"), parallel::Team());
  EXPECT_THAT(error_text<UnitError>([&] { trainer.run(); }),
              AllOf(HasSubstr("diverged in epoch 2"), HasSubstr("learning_rate"),
                    HasSubstr(folder.path("state"))));
  SmallTraining again;
  auto resumed = again.trainer(folder.path("state"), kAlone);
  EXPECT_TRUE(resumed.run());
  EXPECT_TRUE(std::isfinite(resumed.curves().loss.back()));
}

TEST(TrainingOptions, WhatCannotBeRunIsRefused) {
  TrainingOptions options;
  EXPECT_NO_THROW(options.check(10, 4));
  EXPECT_THAT(error_text<InputError>([&] { options.check(10, 5); }), HasSubstr("shards = 4"));
  EXPECT_THAT(error_text<InputError>([&] { options.check(0, 1); }), HasSubstr("0 examples"));
  options.batch = 0;
  EXPECT_THAT(error_text<InputError>([&] { options.check(10, 1); }), HasSubstr("batch = 0"));
}

}  // namespace
}  // namespace syncgap::training
