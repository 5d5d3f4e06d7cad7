#pragma once

#include <cstdint>
#include <optional>
#include <torch/types.h>

#include "core/identity.h"
#include "experiments/shared/judge_options.h"
#include "experiments/shared/replica_images.h"
#include "experiments/shared/replica_plan.h"
#include "models/labelled_images.h"
#include "models/trained_classifier.h"
#include "networks/resnet50.h"
#include "networks/vae_decoder.h"
#include "parallel/team.h"

// Shapes: B states or images, F features, P pixels along the side of a pooled image.
namespace syncgap::experiments {

/// Images at two scales: means of cells, and what these leave. dit (71)-(72)
struct Scales {
  torch::Tensor coarse;  ///< (B, C, P, P)
  torch::Tensor fine;    ///< (B, C, H, W)
};
Scales split_scales(const torch::Tensor& images, const JudgeOptions& options);

/// What a judge sees in images.
struct ImageViews {
  torch::Tensor images;    ///< (B, C, H, W), -1 to 1
  torch::Tensor features;  ///< (B, F), of length 1
  torch::Tensor labels;    ///< (B), int64
  Scales scales;
};

/// What judges are made of, shared by all units: real images, or the networks that are read.
class JudgeSources {
 public:
  /// Throws InputError for files that are not such networks'.
  JudgeSources(const JudgeOptions& options, const ReplicaPlan& plan, const ReplicaSources& sources,
               std::optional<int> device);

  const Facts& facts() const { return facts_; }
  /// What a classifier is trained and tested on; none where the judge is ResNet-50.
  const std::optional<models::ClassifierImages>& real() const { return real_; }

 private:
  friend class ImageJudge;

  JudgeOptions options_;
  std::optional<models::ClassifierImages> real_;
  Facts real_facts_, facts_;
  networks::VaeDecoder decoder_{nullptr};
  networks::ResNet50 encoder_{nullptr};
  torch::Device device_ = torch::kCPU;
};

/// Decodes states where they are latents, and looks at the images as they would be shown: cut to
/// what a pixel can be. Refers to its sources.
class ImageJudge {
 public:
  /// The classifier is trained or read. Collective over the team.
  ImageJudge(const JudgeSources& sources, const models::DenoiserSettings& denoiser,
             std::int64_t classes, std::int64_t threads, std::uint64_t sweep_seed,
             const parallel::Team& team);

  /// States (B, C, H, W). The bits depend on B.
  ImageViews look(const torch::Tensor& states) const;
  /// Of the classifier on real images; none where the judge is ResNet-50.
  const std::optional<models::Accuracy>& accuracy() const { return accuracy_; }

 private:
  const JudgeSources* sources_;
  mutable networks::Classifier classifier_{nullptr};
  std::optional<models::Accuracy> accuracy_;
};

}  // namespace syncgap::experiments
