#pragma once

#include <torch/types.h>

#include "core/results.h"
#include "experiments/shared/regime_images.h"
#include "experiments/trained_regimes/cloned_samples.h"
#include "experiments/trained_regimes/plan.h"
#include "models/image_states.h"
#include "models/labelled_images.h"
#include "models/trained_classifier.h"
#include "models/trained_denoiser.h"

namespace syncgap::experiments {

/// What is made of a unit's models and samples. Refers to all it is given.
class TrainedRegimesEstimates {
 public:
  TrainedRegimesEstimates(const TrainedRegimesPlan& plan, const RegimeImages& images,
                          const RegimeSeed& seed, Results& results)
      : plan_(plan), images_(images), seed_(seed), results_(results) {}

  void store_models(const models::TrainedDenoiser& denoiser,
                    const models::TrainedClassifier& classifier, const models::ImageStates& states,
                    models::TestImages tested_on) const;
  /// Agreements of clones, beside those of the exact empirical score.
  void store_clones(const ClonedSamples& seen) const;
  /// Classes, nearest images and memorisation; pixels (n, C, H, W) of the training images.
  void store_samples(const ClonedSamples& seen, const torch::Tensor& pixels) const;

 private:
  void store_neighbours(const ClonedSamples& seen, const torch::Tensor& pixels) const;

  const TrainedRegimesPlan& plan_;
  const RegimeImages& images_;
  RegimeSeed seed_;
  Results& results_;
};

}  // namespace syncgap::experiments
