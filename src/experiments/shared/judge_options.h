#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/choices.h"
#include "core/options.h"
#include "models/classifier_options.h"
#include "networks/feature_options.h"

namespace syncgap::experiments {

/// How a pooled image becomes as large as it was. nearest: what is left of the image then has no
/// mean in any cell, and the two scales add up; bilinear: smooth, and some of the coarse scale is
/// left in the fine one.
enum class Upsampling { nearest, bilinear };

inline constexpr Choices kUpsamplings{std::pair{Upsampling::nearest, "nearest"},
                                      std::pair{Upsampling::bilinear, "bilinear"}};

/// Who looks at generated images, and at which scales they are compared. dit (70)-(72)
struct JudgeOptions {
  std::string decoder_weights;  ///< of the autoencoder whose latents a published network makes
  std::string encoder_weights;  ///< of ResNet-50; empty: a classifier that is trained here
  networks::FeatureOptions features;
  models::ClassifierOptions classifier;
  double least_accuracy = 0.8;  ///< of the classifier; below, what uses it is unreliable
  double least_right = 0.7;     ///< of samples that were told a class, the share that shows it
  std::int64_t pooled_side = 7;
  Upsampling upsampling = Upsampling::nearest;

  /// Binds the members.
  void describe(OptionTable& table);
  /// The same without the scales, for experiments that compare no images.
  void describe_judge(OptionTable& table);
  bool trains_classifier() const { return encoder_weights.empty(); }
};

}  // namespace syncgap::experiments
