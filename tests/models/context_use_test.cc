#include "models/context_use.h"

#include <cmath>
#include <functional>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "error_text.h"
#include "models/small_context.h"
#include "temporary_folder.h"

namespace syncgap::models {
namespace {

using networks::Context;
using ::testing::HasSubstr;
using torch::Tensor;

/// A denoiser in words.
class Stub : public DenoiserNetwork {
 public:
  using Answer = std::function<Tensor(Context, const Tensor&, const diffusion::Conditions&)>;
  explicit Stub(Answer answer) : answer_(std::move(answer)) {}

  bool has_context() const override { return true; }
  diffusion::Prediction predict(const Tensor& states,
                                const diffusion::Conditions& conditions) override {
    return predict_in(Context::own, states, conditions);
  }
  diffusion::Prediction predict_in(Context context, const Tensor& states,
                                   const diffusion::Conditions& conditions) override {
    return {answer_(context, states, conditions)};
  }
  torch::nn::Module& module() override { return none_; }

 private:
  Answer answer_;
  torch::nn::Module none_;
};

TrainedDenoiser stub(Stub::Answer answer) {
  TrainedDenoiser model;
  model.network = std::make_shared<Stub>(std::move(answer));
  return model;
}

/// Images of one value each.
ImageStates plain_images(std::int64_t count, const std::function<double(std::int64_t)>& value,
                         std::int64_t batch = 1) {
  auto pixels = torch::empty({count, 1, 8, 8});
  for (std::int64_t k = 0; k < count; ++k) pixels[k].fill_(value(k));
  return {pixels, SmallContext::labels(count), batch};
}

void expect_no_rise(const ContextUse& use) {
  for (std::size_t s = 0; s < use.rise_other.size(); ++s) {
    EXPECT_GT(use.own.noise[s].value, 0.1);
    for (const auto* rise : {&use.rise_other, &use.rise_uniform}) {
      EXPECT_EQ((*rise)[s].value, 0);
      EXPECT_EQ((*rise)[s].standard_error, 0);
    }
  }
}

TEST(ContextUse, OfADenoiserWhoseErrorsAreKnownIsTheirRatio) {
  SmallContext made(4);
  const auto ones = plain_images(300, [](std::int64_t) { return 1.0; });
  made.task.states = &ones;
  // The noise itself, times a factor.
  const auto model = stub([&](Context context, const Tensor& z, const diffusion::Conditions& told) {
    const double signal = made.schedule.alpha_bar(told.step[0].item<std::int64_t>());
    const double factor = context == Context::own ? 0.5 : context == Context::other ? 0.0 : 1.25;
    return factor * (z - std::sqrt(signal)) / std::sqrt(1 - signal);
  });
  const std::vector<std::int64_t> steps{3, 12, 19};
  const auto use = measure_context_use(made.task, model, steps, 100, {});
  for (std::size_t s = 0; s < steps.size(); ++s) {
    const double signal = made.schedule.alpha_bar(steps[s]), ratio = (1 - signal) / signal;
    EXPECT_EQ(use.own.noise[s].count, 100U);
    EXPECT_NEAR(use.own.noise[s].value, 0.25, 4 * use.own.noise[s].standard_error);
    // chi^2 of 64 numbers.
    EXPECT_NEAR(use.own.noise[s].standard_error, 0.25 * std::sqrt(2.0 / 64 / 100), 1.5e-3);
    EXPECT_NEAR(use.other.noise[s].value, 1, 4 * use.other.noise[s].standard_error);
    EXPECT_NEAR(use.rise_other[s].value, 3, 1e-4);
    EXPECT_NEAR(use.rise_uniform[s].value, -0.75, 1e-4);
    EXPECT_LT(use.rise_other[s].standard_error, 1e-5);  // the noise is the same
    const Estimate clean = use.own.clean[s];
    EXPECT_NEAR(clean.value, 0.5 * std::sqrt(ratio), 4 * clean.standard_error);
    EXPECT_NEAR(clean.standard_error / clean.value, 0.5 * std::sqrt(2.0 / 64 / 100), 1.5e-3);
    EXPECT_NEAR(use.uniform.clean[s].value, clean.value / 2, 1e-4);
  }
}

TEST(ContextUse, EveryImageHasADonorOfItsOwnAndIsToldItsClass) {
  SmallContext made(4);
  made.schedule = diffusion::NoiseSchedule::linear(2, 1e-8, 1e-8);  // images show through
  const auto valued = plain_images(
      200, [](std::int64_t k) { return static_cast<double>(k); }, 500);
  made.task.states = &valued;  // each image three times in an epoch
  std::vector<std::int64_t> own, other, uniform, donors, labels;
  const auto model = stub([&](Context context, const Tensor& z, const diffusion::Conditions& told) {
    const auto values = z.flatten(2).mean(2).round().to(torch::kInt64);  // (B, P)
    EXPECT_EQ(values.size(1), context == Context::other ? 2 : 1);
    auto& seen = context == Context::own ? own : context == Context::other ? other : uniform;
    for (std::int64_t row = 0; row < z.size(0); ++row) {
      seen.push_back(values[row][0].item<std::int64_t>());
      if (context == Context::other) donors.push_back(values[row][1].item<std::int64_t>());
      if (context == Context::own && told.rows.label.defined())
        labels.push_back(told.rows.label[row].item<std::int64_t>());
    }
    return torch::zeros_like(z);
  });
  measure_context_use(made.task, model, {0}, 1000, {});
  EXPECT_EQ(own.size(), 100U);  // half of the images: the others are donors
  EXPECT_EQ(other, own);
  EXPECT_EQ(uniform, own);
  std::set<std::int64_t> all(own.begin(), own.end());
  all.insert(donors.begin(), donors.end());
  EXPECT_EQ(all.size(), 200U);
  ASSERT_EQ(labels.size(), own.size());
  for (std::size_t k = 0; k < own.size(); ++k) EXPECT_EQ(labels[k], own[k] % 2);
  labels.clear();
  measure_context_use(made.task, model, {0}, 10, {}, ToldClass::none);
  EXPECT_TRUE(labels.empty());
  made.task.told_classes = 0;
  measure_context_use(made.task, model, {0}, 10, {});
  EXPECT_TRUE(labels.empty());
}

// Every token by itself: not an error of rounding is seen.
TEST(ContextUse, IsZeroWhereValuesAreAndAtTheStart) {
  SmallContext made(100);
  auto model = SmallContext::model();
  const auto open = measure_context_use(made.task, model, {2, 15}, 40, {});
  EXPECT_GT(std::abs(open.rise_other[0].value), 1e-4);
  EXPECT_GT(std::abs(open.rise_uniform[0].value), 1e-4);
  {
    const torch::NoGradGuard no_grad;
    for (auto& item : model.network->module().named_parameters())
      if (item.key().find("attn.qkv") != std::string::npos) item.value().slice(0, 32).zero_();
  }
  expect_no_rise(measure_context_use(made.task, model, {2, 15}, 40, {}));
  auto fresh = SmallContext::model();
  fresh.network->initialize(RandomStream(1, "weights"));
  expect_no_rise(measure_context_use(made.task, fresh, {2, 15}, 40, {}));
}

// One half of an image says what the other one is.
TEST(ContextUse, RisesWhereTrainingHasFoundContext) {
  const TemporaryFolder folder;
  constexpr std::int64_t kImages = 512;
  auto pixels = torch::ones({kImages, 1, 4, 4});
  for (std::int64_t k = 1; k < kImages; k += 2) pixels[k].neg_();
  const ImageStates states(pixels, SmallContext::labels(kImages), 32);
  SmallContext made(4);
  made.schedule = diffusion::NoiseSchedule::linear(50, 1e-2, 0.15);
  made.task.states = &states;
  made.task.told_classes = 0;
  TransformerOptions options;
  options.dit.patch = 2;
  options.dit.width = 32;
  options.dit.depth = 2;
  options.dit.heads = 2;
  options.training.batch = 32;
  options.training.epochs = 20;
  options.training.optimizer.warmup = 20;
  options.training.optimizer.learning_rate = 5e-3;
  options.training.optimizer.ema_decay = 0.9;
  options.place.models = folder.path("models");
  const auto model = trained_denoiser(made.task, options, options.shape(1, pixels.size(3), 0), {});
  const auto use = measure_context_use(made.task, model, {10}, 256, {});
  for (const auto& rise : {use.rise_other[0], use.rise_uniform[0]})
    EXPECT_GT(rise.value, 4 * rise.standard_error);
  EXPECT_GT(use.rise_other[0].value, 1);
  EXPECT_GT(use.other.clean[0].value, 2 * use.own.clean[0].value);
}

TEST(ContextUse, IsTheSameEveryTimeAndNoiseIsThatOfImageAndStep) {
  SmallContext made(100);
  const auto model = SmallContext::model();
  const auto first = measure_context_use(made.task, model, {2, 15}, 40, {});
  const auto again = measure_context_use(made.task, model, {15}, 40, {});
  EXPECT_EQ(first.own.noise[1].value, again.own.noise[0].value);
  EXPECT_EQ(first.rise_other[1].value, again.rise_other[0].value);
  EXPECT_EQ(first.rise_uniform[1].standard_error, again.rise_uniform[0].standard_error);
  EXPECT_NE(first.own.noise[0].value, first.own.noise[1].value);
  EXPECT_NE(measure_context_use(made.task, model, {15}, 40, {}, ToldClass::none).own.noise[0].value,
            again.own.noise[0].value);
}

TEST(ContextUse, RefusesWhatHasNoneAndWhatIsNotThere) {
  SmallContext made(100);
  made.task.told_classes = 0;
  const auto refusal = [&](const TrainedDenoiser& model, std::int64_t step, std::int64_t samples) {
    return error_text<InputError>(
        [&] { measure_context_use(made.task, model, {step}, samples, {}); });
  };
  TrainedDenoiser convolutions;
  convolutions.network = make_unet({});
  EXPECT_THAT(refusal(convolutions, 2, 10), HasSubstr("give a transformer"));
  EXPECT_THAT(refusal(SmallContext::model(), 20, 10), HasSubstr("no such step (20"));
  EXPECT_THAT(refusal(SmallContext::model(), -1, 10), HasSubstr("0 to 19"));
  EXPECT_THAT(refusal(SmallContext::model(), 2, 1), HasSubstr("samples = 1"));
}

}  // namespace
}  // namespace syncgap::models
