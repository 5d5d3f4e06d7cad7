#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/identity.h"
#include "error_text.h"
#include "models/image_states.h"
#include "models/trained_denoiser.h"
#include "networks/weight_file.h"
#include "temporary_folder.h"

namespace syncgap::models {
namespace {

using torch::Tensor;

constexpr std::int64_t kSide = 4, kClasses = 2;

/// Images of two classes: the left or the right half is bright.
ImageStates halves(std::int64_t count, std::int64_t batch) {
  auto pixels = torch::full({count, 1, kSide, kSide}, -1.0F);
  std::vector<std::int32_t> labels;
  for (std::int64_t k = 0; k < count; ++k) {
    labels.push_back(static_cast<std::int32_t>(k % kClasses));
    pixels[k].narrow(2, k % kClasses * kSide / 2, kSide / 2).fill_(1.0F);
  }
  return {pixels, labels, batch};
}

struct HalvesTask {
  ImageStates states = halves(64, 16);
  diffusion::NoiseSchedule schedule = diffusion::NoiseSchedule::linear(50, 1e-2, 0.15);
  DenoiserTask task;
  TransformerOptions options;

  explicit HalvesTask(const TemporaryFolder& folder) {
    task.states = &states;
    task.schedule = &schedule;
    task.told_classes = kClasses;
    task.facts = {{"data", "halves"}};
    options.dit.patch = 2;
    options.dit.width = 32;
    options.dit.depth = 2;
    options.dit.heads = 2;
    options.label_dropout = 0.1;
    options.training.batch = 16;
    options.training.epochs = 250;
    options.training.optimizer.warmup = 20;
    options.training.optimizer.learning_rate = 5e-3;
    options.training.optimizer.ema_decay = 0.9;
    options.place.models = folder.path("models");
  }
  networks::DiTShape shape() const { return options.shape(1, kSide, kClasses); }
};

/// How much of the left half the network sees in states at the last step, which show next to
/// nothing, when `label` is told: +-sqrt(abar / (1 - abar)) of it where the label is believed.
double left_half_told(const TrainedDenoiser& model, const diffusion::NoiseSchedule& schedule,
                      std::int64_t label) {
  torch::manual_seed(7);
  const auto states = torch::randn({128, 1, 1, kSide, kSide});
  const auto steps = torch::full({128}, schedule.steps() - 1, torch::kInt64);
  const auto predicted =
      model.denoiser()(states, {steps, {torch::full({128}, label, torch::kInt64), {}}});
  const auto left = halves(2, 1).pixels()[0];  // +-1
  return -(predicted.noise * left).mean().item<double>();
}

TEST(TransformerTraining, LearnsWhatItsLabelsMean) {
  const TemporaryFolder folder;
  HalvesTask halves(folder);
  const auto model = trained_denoiser(halves.task, halves.options, halves.shape(), {});
  ASSERT_EQ(model.curves.loss.size(), 250U);
  EXPECT_LT(model.curves.loss.back(), 0.5 * model.curves.loss.front());
  const double abar = halves.schedule.alpha_bar(halves.schedule.steps() - 1);
  const double believed = std::sqrt(abar / (1 - abar));
  const double left = left_half_told(model, halves.schedule, 0),
               right = left_half_told(model, halves.schedule, 1),
               none = left_half_told(model, halves.schedule, kClasses);
  EXPECT_NEAR(left, believed, 0.5 * believed);
  EXPECT_NEAR(right, -believed, 0.5 * believed);
  EXPECT_NEAR(none, 0, 0.5 * believed);
}

TEST(TransformerTraining, IsReadAgainWithTheSameBitsAndIsAnotherModelPerClassesTold) {
  const TemporaryFolder folder;
  HalvesTask halves(folder);
  halves.options.training.epochs = 2;
  const auto first = trained_denoiser(halves.task, halves.options, halves.shape(), {});
  const auto again = trained_denoiser(halves.task, halves.options, halves.shape(), {});
  const auto states = torch::randn({3, 2, 1, kSide, kSide});
  const diffusion::Conditions told{
      torch::full({3}, 4, torch::kInt64),
      {torch::tensor({0, 1, 2}, torch::kInt64), torch::tensor({0.0F, 0.5F, 1.0F})}};
  EXPECT_TRUE(
      torch::equal(first.denoiser()(states, told).noise, again.denoiser()(states, told).noise));
  const auto deciding = deciding_options(halves.options);
  const auto with = denoiser_identity(halves.task, deciding, torch::kCPU);
  halves.task.told_classes = 0;
  EXPECT_NE(with, denoiser_identity(halves.task, deciding, torch::kCPU));
}

TEST(TransformerTraining, AShareOfTheLabelsIsDroppedByImageAndEpochAlone) {
  const TemporaryFolder folder;
  HalvesTask halves(folder);
  halves.task.label_dropout = 0.25;
  const auto network = make_dit(halves.shape());
  DenoisingLoss loss(halves.task, *network);
  std::int64_t dropped = 0, all = 0;
  for (std::int64_t epoch = 0; epoch < 40; ++epoch) {
    const Tensor labels = loss.batch(epoch, 0, 64).labels;
    dropped += labels.eq(kClasses).sum().item<std::int64_t>();
    all += labels.numel();
    EXPECT_TRUE(torch::equal(labels.narrow(0, 16, 16), loss.batch(epoch, 16, 32).labels));
  }
  // Within 4 standard errors of a binomial share.
  const double share = static_cast<double>(dropped) / static_cast<double>(all);
  EXPECT_NEAR(share, 0.25, 4 * std::sqrt(0.25 * 0.75 / static_cast<double>(all)));
  halves.task.told_classes = 0;
  EXPECT_FALSE(DenoisingLoss(halves.task, *network).batch(0, 0, 4).labels.defined());
}

TEST(TransformerTraining, PositionsOfAFileAreTakenAndMoreThanRoundingIsSaid) {
  const TemporaryFolder folder;
  HalvesTask halves(folder);
  const auto shape = halves.shape();
  const auto network = make_dit(shape);
  network->initialize(RandomStream(1, "weights"));
  const auto warning_of = [&](double change) {
    networks::Weights weights{networks::tensors_of(network->module()), {}};
    weights.tensors.at("pos_embed")[0][1][2] += change;
    halves.options.weights = folder.path("given.safetensors");
    networks::write_weights(halves.options.weights, weights);
    ::testing::internal::CaptureStderr();
    const auto model = trained_denoiser(halves.task, halves.options, halves.shape(), {});
    const auto said = ::testing::internal::GetCapturedStderr();
    EXPECT_TRUE(torch::equal(networks::tensors_of(model.network->module()).at("pos_embed"),
                             weights.tensors.at("pos_embed")));
    return said;
  };
  EXPECT_EQ(warning_of(1e-6), "");
  EXPECT_THAT(warning_of(0.01),
              ::testing::AllOf(::testing::HasSubstr("given.safetensors"),
                               ::testing::HasSubstr("differs from the formula by 0.0")));
}

TEST(TransformerTraining, ImagesThatDoNotFitPatchesAreRefused) {
  const TemporaryFolder folder;
  HalvesTask halves(folder);
  halves.options.dit.patch = 3;
  EXPECT_THAT(error_text<InputError>(
                  [&] { trained_denoiser(halves.task, halves.options, halves.shape(), {}); }),
              ::testing::HasSubstr("patch = 3"));
}

}  // namespace
}  // namespace syncgap::models
