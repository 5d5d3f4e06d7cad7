#pragma once

#include <cstdint>
#include <utility>

#include "core/choices.h"
#include "core/options.h"

namespace syncgap::networks {

/// Weights of ResNet-50 for ImageNet that torchvision publishes. Those it loads by default are v2,
/// those it loaded before there were two are v1; each wants images as they were at its own test.
enum class FeatureWeights { v1, v2 };

/// How images become those a classifier was tested on.
///   transforms  as published with the weights: resized, without aliases, to a few pixels more than
///               the classifier's side, of which the centre is cut out
///   plain       interpolated straight to the classifier's side: nothing is cut off, but detail
///               that is finer than the new pixels is aliased
enum class FeaturePreprocessing { transforms, plain };

inline constexpr Choices kFeatureWeights{std::pair{FeatureWeights::v1, "v1"},
                                         std::pair{FeatureWeights::v2, "v2"}};
inline constexpr Choices kFeaturePreprocessing{
    std::pair{FeaturePreprocessing::transforms, "transforms"},
    std::pair{FeaturePreprocessing::plain, "plain"}};

/// Free of LibTorch, so that a plan can have it.
struct FeatureOptions {
  static constexpr std::int64_t kSide = 224;  ///< of the images that the classifier sees

  FeatureWeights weights = FeatureWeights::v2;
  FeaturePreprocessing preprocessing = FeaturePreprocessing::transforms;

  /// The shorter side of an image before its centre is cut out.
  std::int64_t resized() const { return weights == FeatureWeights::v1 ? 256 : 232; }
  /// Adds them to a table, as options whose names begin with `feature`. Binds the members.
  void describe(OptionTable& table);
};

}  // namespace syncgap::networks
