#pragma once

#include <cstdint>
#include <string>
#include <torch/types.h>

#include "core/identity.h"
#include "models/classifier_options.h"
#include "models/denoiser_options.h"
#include "models/labelled_images.h"
#include "networks/classifier.h"
#include "observables/estimate.h"
#include "parallel/team.h"

namespace syncgap::models {

/// What a classifier is trained and tested on.
struct ClassifierTask {
  const ClassifierImages* images = nullptr;
  std::int64_t classes = 2;
  networks::SignSymmetry symmetry = networks::SignSymmetry::none;
  std::uint64_t sweep_seed = 0;
  std::int64_t seed = 0;
  Facts facts;  ///< that decide the weights beside this: data, classes, how the images were made
};

/// Share of test images that are classified as labelled, with its 95% Wilson interval.
struct Accuracy : IntervalEstimate {
  std::uint64_t count = 0;
};

struct TrainedClassifier {
  networks::Classifier network{nullptr};  ///< with averaged parameters, in evaluation mode
  Accuracy accuracy;
  torch::Device device = torch::kCPU;
  std::int64_t parameters = 0;

  /// Class of each image, (B, C, H, W) -> (B), int64 on the CPU.
  torch::Tensor predict(const torch::Tensor& images) const;
};

/// The classifier of this task: read if it was trained before, otherwise trained and tested by the
/// ranks of the team and kept beside the denoisers, with `denoiser` saying where and how. Throws
/// InputError for labels that do not fit the images; UnitStopped and UnitError as
/// trained_denoiser.
TrainedClassifier trained_classifier(const ClassifierTask& task, const ClassifierOptions& options,
                                     const DenoiserSettings& denoiser, const parallel::Team& team);

/// The model's identity: a line for everything that decides its weights.
std::string classifier_identity(const ClassifierTask& task, const ClassifierOptions& options,
                                const DenoiserSettings& denoiser, torch::Device device);

}  // namespace syncgap::models
