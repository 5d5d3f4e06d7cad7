#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "core/random.h"
#include "diffusion/reference_loops.h"
#include "experiments/run_job.h"
#include "experiments/shared/exact_regimes.h"
#include "experiments/shared/image_source.h"
#include "experiments/trained_regimes/cloned_samples.h"
#include "experiments/trained_regimes/declaration.h"
#include "made_up_images.h"
#include "networks/initialize.h"
#include "networks/unet.h"
#include "temporary_folder.h"

namespace syncgap::experiments {
namespace {

using ::testing::HasSubstr;
using torch::Tensor;

constexpr std::int64_t kSide = 8;

/// Made-up images of the first two classes as the experiment takes them.
struct TakenImages {
  TemporaryFolder folder;
  TrainedRegimesOptions options;
  RegimeSeed seed{5, 1};
  RegimeImages images;
  Tensor pixels;  // (n, 1, 8, 8)

  explicit TakenImages(std::size_t count) : images(take(count)) {
    const auto points = data::make_points<float>(read_images(options.exact.source), images.chosen,
                                                 options.exact.point_format());
    pixels = torch::tensor(points.values).reshape({-1, 1, kSide, kSide});
  }

  RegimeImages take(std::size_t count) {
    write_made_up_images(folder, 90, kSide, 25);
    options.exact.source.data_path = folder.path();
    options.exact.padded_size = kSide;
    options.exact.samples = 3000;
    options.exact.resamples = 100;
    return take_images(read_images(options.exact.source), {0, 1}, count, options.exact, seed);
  }

  /// The exact empirical score as a denoiser.
  diffusion::Denoiser exact_denoiser(const diffusion::NoiseSchedule& schedule) const {
    return diffusion::reference::as_denoiser([this, &schedule](const Tensor& z, std::int64_t t) {
      const auto x = z.to(torch::kFloat64).contiguous();
      const auto posterior =
          images.cloud.posterior(cloud::NoiseLevel::ornstein_uhlenbeck(schedule.ou_time(t)),
                                 {x.data_ptr<double>(), static_cast<std::size_t>(x.numel())}, {},
                                 cloud::PosteriorMean::compute);
      const auto mean = torch::tensor(posterior.mean, torch::kFloat64).reshape(x.sizes());
      const double signal = schedule.alpha_bar(t);
      return ((x - std::sqrt(signal) * mean) / std::sqrt(1 - signal)).to(torch::kFloat32);
    });
  }
};

/// With the exact score in the network's place, cloning must give what posterior weights say.
TEST(ClonedSamples, OfTheExactScoreAgreeWithPosteriorWeights) {
  const TakenImages taken(16);
  const auto schedule = diffusion::NoiseSchedule::linear(200, 5e-4, 0.1);
  SamplePlan plan;
  plan.schedule = &schedule;
  plan.branch_steps = {190, 120, 90, 70, 50, 30};
  plan.trajectories = 600;
  plan.group = 100;
  const auto nearest_class = [&](const Tensor& generated) {
    const auto near = torch::cdist(generated.flatten(1), taken.pixels.flatten(1)).argmin(1);
    auto classes = torch::empty({generated.size(0)}, torch::kInt64);
    for (std::int64_t k = 0; k < classes.numel(); ++k)
      classes[k] = static_cast<std::int64_t>(
          taken.images.groups[static_cast<std::size_t>(near[k].item<std::int64_t>())]);
    return classes;
  };
  const auto seen = draw_cloned_samples(plan, taken.exact_denoiser(schedule), nearest_class,
                                        taken.images, taken.pixels, taken.seed, {}, torch::kCPU);
  std::vector<double> times;
  for (const auto step : plan.branch_steps) times.push_back(schedule.ou_time(step));
  const auto exact = exact_agreements(taken.images, taken.options.exact, times, taken.seed);
  const auto total = static_cast<std::size_t>(plan.trajectories);
  const auto all = static_cast<double>(total);
  for (std::size_t s = 0; s < times.size(); ++s) {
    double same_class = 0, same_image = 0;
    for (std::size_t m = 0; m < total; ++m) {
      same_class += seen.clone_class[s * total + m] == seen.trunk_class[m] ? 1 : 0;
      same_image += seen.clone_image[s * total + m] == seen.trunk_image[m] ? 1 : 0;
    }
    const auto near = [&](double found, double want) {
      // Four standard errors, and the step of a coarse schedule.
      const double error = std::sqrt(std::max(want * (1 - want), 1e-3) / all);
      EXPECT_NEAR(found / all, want, 4 * error + 0.03) << "at " << times[s];
    };
    near(same_class, exact[s].of_class);
    near(same_image, exact[s].of_image);
  }
  for (std::size_t m = 0; m < total; ++m) {
    // Every trajectory ends on an image, and knows which.
    const float* distance = seen.neighbour_distance.data() + m * 4;
    EXPECT_LT(distance[0], 0.3F * distance[1]);
    EXPECT_EQ(seen.neighbour[m * 4], seen.trunk_image[m]);
    EXPECT_LT(seen.last_change[m], 5.0F);
  }
}

/// How trajectories are grouped changes nothing but rounding, nor does who else is scanned.
TEST(ClonedSamples, DependOnTheTrajectoryAlone) {
  const TakenImages taken(8);
  const auto schedule = diffusion::NoiseSchedule::linear(40, 2.5e-3, 0.5);
  SamplePlan plan;
  plan.schedule = &schedule;
  plan.branch_steps = {30, 10};
  plan.trajectories = 9;
  plan.kept = 9;
  const auto draw = [&] {
    return draw_cloned_samples(
        plan, taken.exact_denoiser(schedule),
        [](const Tensor& x) { return torch::zeros({x.size(0)}, torch::kInt64); }, taken.images,
        taken.pixels, taken.seed, {}, torch::kCPU);
  };
  plan.group = 9;
  const auto whole = draw();
  plan.group = 4;
  const auto parts = draw();
  plan.branch_steps = {10};
  const auto fewer = draw();
  for (std::size_t k = 0; k < whole.pixels.size(); ++k) {
    EXPECT_NEAR(whole.pixels[k], parts.pixels[k], 1e-4F);
    EXPECT_NEAR(whole.pixels[k], fewer.pixels[k], 1e-4F);
  }
  EXPECT_EQ(whole.clone_image, parts.clone_image);
  EXPECT_TRUE(std::equal(fewer.clone_image.begin(), fewer.clone_image.end(),
                         whole.clone_image.begin() + 9));
}

constexpr const char* kUNet = "width = 8\nmultipliers = [1, 2]\ngroups = 4\nlearning_rate = 3e-3\n";
constexpr const char* kTransformer =
    "network = \"dit\"\ndit_patch = 2\ndit_width = 32\ndit_depth = 2\ndit_heads = 2\n"
    "dit_learning_rate = 5e-3\ndit_warmup = 20\n";

std::string small_regimes_job(const TemporaryFolder& folder, const std::string& network = kUNet) {
  return concat(R"([experiment]
name = "trained_regimes"
data_path = ")",
                folder.path(), R"("
padded_size = 8
images_seen = 5000
batch = 16
steps = 60
samples = 200
resamples = 60
classifier_epochs = 12
group = 16
path_step = 0.05
models = ")",
                folder.path("models"), R"("
)",
                network, R"(
[axes]
classes = ["0-1"]
images = [6]
path = { range = [0, 20] }
trajectory = { range = [0, 48] }
branch_time = [4.0, 1.0, 0.3, 0.001, 0.0]
strip = [0, 3]
)");
}

TEST(TrainedRegimes, ANetworkOfFewImagesDecidesLikeTheExactScore) {
  const TemporaryFolder folder;
  write_made_up_images(folder, 60, kSide, 25);
  const auto job = RanJob::from_text(small_regimes_job(folder));
  expect_complete(job);
  EXPECT_EQ(job.value("image_count", 0), 6);
  EXPECT_EQ(job.value("classifier_held_out", 0), 1);  // no test part on disk
  EXPECT_GT(job.value("classifier_accuracy", 0), 0.7);
  EXPECT_EQ(job.value("epochs_trained", 0), 278 * 3);
  const auto loss = job.values("training_loss", 0);
  EXPECT_LT(loss.back(), 0.5 * loss.front());
  // Late clones go their ways together, in class and in image; early ones need not.
  const auto phi = job.values("clone_agreement", 0), phi_c = job.values("clone_collapse", 0);
  EXPECT_GT(phi[4], 0.95);
  EXPECT_GT(phi_c[4], phi_c[0] + 0.2);
  EXPECT_LT(phi[0], 0.9);
  EXPECT_LT(phi_c[0], 0.6);
  EXPECT_GT(phi[2], phi[0]);
  for (std::size_t b = 0; b < phi.size(); ++b) {
    EXPECT_LE(job.values("clone_agreement_low", 0)[b], phi[b] + 1e-12);
    EXPECT_GE(job.values("clone_agreement_high", 0)[b], phi[b] - 1e-12);
  }
  // Two branch times may fall on one step.
  EXPECT_EQ(job.values("clone_time", 0)[3], job.values("clone_time", 0)[4]);
  EXPECT_EQ(phi[3], phi[4]);
  const double share = job.value("second_class_share", 0);
  EXPECT_NEAR(job.value("independent_agreement", 0), share * share + (1 - share) * (1 - share),
              1e-12);
  for (const double place : job.values("final_image", 0)) EXPECT_NE(std::fmod(place, 3), 2);
  // The nearest neighbour is at the distance of the images themselves.
  const auto sample = job.values("sample_pixels", 0), near = job.values("neighbour_pixels", 0);
  double squares = 0;
  for (std::size_t k = 0; k < 64; ++k) squares += std::pow(sample[k] - near[k], 2);
  EXPECT_NEAR(std::sqrt(squares), job.value("neighbour_distance", 0), 1e-4);
  EXPECT_NEAR(job.value("nearest_distance", 0), job.value("neighbour_distance", 0), 1e-12);
}

TEST(TrainedRegimes, ATransformerOfFewImagesDecidesLikeTheExactScore) {
  const TemporaryFolder folder;
  write_made_up_images(folder, 60, kSide, 25);
  const auto job =
      RanJob::from_text(small_regimes_job(folder, kTransformer), {"experiment.images_seen=10000"});
  expect_complete(job);
  const networks::DiTShape shape{.side = kSide, .patch = 2, .width = 32, .depth = 2, .heads = 2};
  EXPECT_EQ(job.value("parameters", 0),
            static_cast<double>(shape.weights() - shape.tokens() * shape.width));
  const auto loss = job.values("training_loss", 0);
  EXPECT_LT(loss.back(), 0.5 * loss.front());
  const auto phi = job.values("clone_agreement", 0), phi_c = job.values("clone_collapse", 0);
  EXPECT_GT(phi[4], 0.95);
  EXPECT_LT(phi[0], 0.9);
  EXPECT_GT(phi_c[4], phi_c[0] + 0.2);
}

TEST(TrainedRegimes, SecondRunReadsItsModelsAndGivesTheSameBits) {
  const TemporaryFolder folder;
  write_made_up_images(folder, 60, kSide, 25);
  const auto first = RanJob::from_text(small_regimes_job(folder), {"experiment.images_seen=200"});
  const auto second = RanJob::from_text(small_regimes_job(folder), {"experiment.images_seen=200"});
  for (const auto& observable : first.observables()) {
    const auto a = first.values(observable.name, 0), b = second.values(observable.name, 0);
    for (std::size_t k = 0; k < a.size(); ++k)
      EXPECT_TRUE(a[k] == b[k] || (std::isnan(a[k]) && std::isnan(b[k]))) << observable.name;
  }
}

TEST(TrainedRegimes, WhatCannotBeRunIsRefused) {
  const TemporaryFolder folder;
  write_made_up_images(folder, 60, kSide, 25);
  const auto refused = [&](const std::string& setting) {
    return refusal(small_regimes_job(folder), {setting});
  };
  EXPECT_THAT(refused("axes.branch_time=[9.0]"), HasSubstr("outside the run"));
  EXPECT_THAT(refused("axes.images=[3]"), HasSubstr("too few images"));
  EXPECT_THAT(refused("axes.classes=[\"1-18\"]"), HasSubstr("there is no class 18"));
  EXPECT_THAT(refused("axes.strip=[48]"), HasSubstr("no such trajectory"));
  EXPECT_THAT(refused("experiment.width=6"), HasSubstr("groups"));
  EXPECT_THAT(refused("experiment.classifier_width=10"), HasSubstr("classifier_width = 10"));
  EXPECT_THAT(refused("experiment.padded_size=6"), HasSubstr("padded"));
  EXPECT_THAT(refusal(small_regimes_job(folder, kTransformer), {"experiment.dit_patch=3"}),
              HasSubstr("experiment.padded_size = 8, experiment.dit_patch = 3"));
  EXPECT_THAT(refusal(small_regimes_job(folder, kTransformer), {"experiment.width=8"}),
              HasSubstr("option 'width' goes with network = \"unet\""));
}

TEST(TrainedRegimes, ThePapersNetworkHasItsSize) {
  networks::UNetShape shape;
  shape.image_channels = 1;
  shape.width = 64;
  shape.multipliers = {1, 2, 4, 4};
  shape.blocks = 2;
  shape.attention_levels = {1, 2};
  shape.heads = 4;
  // The authors' has attention at the bottom as well, 25.7 million.
  EXPECT_EQ(networks::parameter_count(*networks::UNet(shape)), 25370497);
}

}  // namespace
}  // namespace syncgap::experiments
