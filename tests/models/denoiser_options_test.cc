#include "models/denoiser_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "error_text.h"
#include "models/transformer_options.h"

namespace syncgap::models {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

DenoiserOptions with_transformer() {
  DenoiserOptions options;
  options.network = NetworkKind::dit;
  return options;
}

TEST(DenoiserOptions, ATransformerIsTrainedWithItsOwnRateAndWhatBothNetworksShare) {
  DenoiserOptions options = with_transformer();
  options.training.epochs = 7;
  options.training.optimizer.learning_rate = 0.5;
  options.training.optimizer.warmup = 3;
  options.training.optimizer.gradient_clip = 2;
  options.training.optimizer.ema_decay = 0.9;
  options.dit_optimizer.weight_decay = 0.01;
  const auto chosen = options.chosen_training();
  const auto own = TransformerOptions().training.optimizer;
  EXPECT_EQ(chosen.epochs, 7);
  EXPECT_EQ(chosen.optimizer.learning_rate, own.learning_rate);
  EXPECT_EQ(chosen.optimizer.warmup, own.warmup);
  EXPECT_EQ(chosen.optimizer.rate, training::RateSchedule::cosine);
  EXPECT_EQ(chosen.optimizer.weight_decay, 0.01);
  EXPECT_EQ(chosen.optimizer.gradient_clip, 2);
  EXPECT_EQ(chosen.optimizer.ema_decay, 0.9);

  options.network = NetworkKind::unet;
  const auto of_unet = options.chosen_training().optimizer;
  EXPECT_EQ(of_unet.learning_rate, 0.5);
  EXPECT_EQ(of_unet.warmup, 3);
  EXPECT_EQ(of_unet.rate, training::RateSchedule::constant);
  EXPECT_EQ(of_unet.weight_decay, 0);
}

TEST(DenoiserOptions, SidesThatAreNoWholePatchesAreRefusedByTheNamesOfTheirOptions) {
  DenoiserOptions options = with_transformer();
  options.check(2, 28, "side");
  options.check(2, 32, "side");
  options.dit.patch = 5;
  EXPECT_THAT(error_text<InputError>([&] { options.check(2, 28, "padded_size"); }),
              AllOf(HasSubstr("experiment.padded_size = 28"), HasSubstr("experiment.dit_patch = 5"),
                    HasSubstr("take a patch that divides the side")));
  options.dit.patch = 4;
  options.dit.heads = 5;
  EXPECT_THAT(error_text<InputError>([&] { options.check(2, 28, "side"); }),
              HasSubstr("divides into heads"));
  options.network = NetworkKind::unet;
  options.check(2, 28, "side");
  options.unet.groups = 3;
  EXPECT_THAT(error_text<InputError>([&] { options.check(2, 28, "side"); }),
              HasSubstr("divide into groups"));
}

TEST(DenoiserOptions, CostFollowsTheNetworkThatIsChosen) {
  DenoiserOptions options = with_transformer();
  const double seconds = options.pass_seconds(2, 28), bytes = options.pass_bytes(2, 28);
  EXPECT_EQ(seconds, seconds_of(options.dit_shape(2, 28).operations()));
  EXPECT_EQ(bytes, 4 * 49 * 16 * 96);
  options.unet.width *= 8;
  EXPECT_EQ(options.pass_seconds(2, 28), seconds);
  options.dit.depth *= 2;
  EXPECT_GT(options.pass_seconds(2, 28), 1.8 * seconds);
  EXPECT_EQ(options.pass_bytes(2, 28), bytes);
  options.network = NetworkKind::unet;
  const double wide = options.pass_seconds(2, 28);
  options.unet.width /= 2;
  EXPECT_NEAR(options.pass_seconds(2, 28), wide / 4, 1e-12 * wide);
}

}  // namespace
}  // namespace syncgap::models
