#include "experiments/shared/image_judge.h"

#include <utility>

#include "core/check.h"
#include "core/checksum.h"
#include "data/image_points.h"
#include "experiments/shared/image_source.h"
#include "models/compute_device.h"
#include "models/model_source.h"
#include "networks/image_features.h"
#include "networks/weight_file.h"

namespace syncgap::experiments {

using torch::Tensor;

Scales split_scales(const Tensor& images, const JudgeOptions& options) {
  const auto side = options.pooled_side;
  const auto coarse = at::adaptive_avg_pool2d(images, {side, side});
  const at::IntArrayRef full = images.sizes().slice(2);
  const auto enlarged = options.upsampling == Upsampling::nearest
                            ? at::upsample_nearest2d(coarse, full)
                            : at::upsample_bilinear2d(coarse, full, false);
  return {coarse, images - enlarged};
}

JudgeSources::JudgeSources(const JudgeOptions& options, const ReplicaPlan& plan,
                           const ReplicaSources& sources, std::optional<int> device)
    : options_(options), device_(models::compute_device(plan.options().transformer.place, device)) {
  const torch::NoGradGuard no_grad;
  if (!options.decoder_weights.empty()) {
    decoder_ = networks::VaeDecoder(networks::VaeShape{});
    networks::load_vae_decoder(decoder_, networks::read_weights(options.decoder_weights).tensors,
                               options.decoder_weights);
    decoder_->to(device_);
    facts_.push_back(models::weights_fact("decoder", options.decoder_weights, "decoder_weights"));
  }
  if (!options.trains_classifier()) {
    encoder_ = networks::ResNet50(networks::ResNet50Shape{});
    networks::load_resnet50(encoder_, networks::read_weights(options.encoder_weights).tensors,
                            options.encoder_weights);
    encoder_->to(device_);
    facts_.push_back(models::weights_fact("encoder", options.encoder_weights, "encoder_weights"));
    return;
  }
  SYNCGAP_EXPECTS(sources.images.has_value());
  const auto labels = plan.options().labels();
  real_ = models::classifier_images(*sources.images, sources.test_images, labels, replica_pixels);
  const auto checksum = [&](const data::ImageSet& set) {
    return checksum_text(data::checksum(set, data::images_of_classes(set, labels)));
  };
  real_facts_ = {{"images", "black -1 and white 1"},
                 {"classes", class_list(labels)},
                 {"data", checksum(*sources.images)},
                 {"test data", sources.test_images ? checksum(*sources.test_images) : "none"}};
}

ImageJudge::ImageJudge(const JudgeSources& sources, const models::DenoiserSettings& denoiser,
                       std::int64_t classes, std::int64_t threads, std::uint64_t sweep_seed,
                       const parallel::Team& team)
    : sources_(&sources) {
  if (!sources.real_) return;
  models::ClassifierTask task;
  task.images = &*sources.real_;
  task.classes = classes;
  task.sweep_seed = sweep_seed;
  task.facts = sources.real_facts_;
  task.facts.push_back({"threads", concat(threads)});
  const auto trained =
      models::trained_classifier(task, sources.options_.classifier, denoiser, team);
  classifier_ = trained.network;
  accuracy_ = trained.accuracy;
}

ImageViews ImageJudge::look(const Tensor& states) const {
  const torch::NoGradGuard no_grad;
  auto decoder = sources_->decoder_;
  auto images = states.to(sources_->device_);
  if (decoder) images = decoder(images);
  images = images.clamp(-1, 1);
  Tensor features, logits;
  if (classifier_) {
    features = classifier_->features(images);
    logits = classifier_->logits_of(features);
  } else {
    auto encoder = sources_->encoder_;
    auto seen = networks::image_features(encoder, images, sources_->options_.features);
    features = seen.features;
    logits = seen.logits;
  }
  const auto home = [](const Tensor& tensor) { return tensor.to(torch::kCPU); };
  const auto scales = split_scales(images, sources_->options_);
  return {home(images),
          home(torch::nn::functional::normalize(
              features, torch::nn::functional::NormalizeFuncOptions().p(2).dim(1))),
          home(logits.argmax(1)),
          {home(scales.coarse), home(scales.fine)}};
}

}  // namespace syncgap::experiments
