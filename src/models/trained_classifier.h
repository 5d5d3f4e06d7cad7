#pragma once

#include <cstdint>
#include <string>
#include <torch/types.h>

#include "models/classifier_options.h"
#include "models/labelled_images.h"
#include "networks/classifier.h"
#include "observables/estimate.h"
#include "parallel/team.h"

namespace syncgap::models {

/// Numbers that rest on a classifier below this accuracy are shown with a warning.
inline constexpr double kTrustedAccuracy = 0.97;

/// What a classifier is trained and tested on.
struct ClassifierTask {
  const ClassifierImages* pictures = nullptr;
  std::int64_t classes = 2;
  networks::SignSymmetry symmetry = networks::SignSymmetry::none;
  std::uint64_t sweep_seed = 0;
  std::int64_t seed = 0;
  std::string data_identity;  ///< names images, classes and how the pictures were made
};

/// Share of test pictures that are classified as labelled, with its 95% Wilson interval.
struct Accuracy {
  double value = 0, low = 0, high = 0;
  std::uint64_t count = 0;
};

struct TrainedClassifier {
  networks::Classifier network{nullptr};  ///< with averaged parameters, in evaluation mode
  Accuracy accuracy;
  std::int64_t parameters = 0;

  /// Class of each picture, (B, C, H, W) -> (B), int64 on the CPU.
  torch::Tensor predict(const torch::Tensor& pictures) const;
};

/// The classifier of this task: read if it was trained before, otherwise trained and tested by the
/// ranks of the team and kept beside the denoisers, with `denoiser` saying where and how. Throws
/// InputError for labels that do not fit the pictures; UnitStopped and UnitError as
/// trained_denoiser.
TrainedClassifier trained_classifier(const ClassifierTask& task, const ClassifierOptions& options,
                                     const DenoiserOptions& denoiser, const parallel::Team& team);

}  // namespace syncgap::models
