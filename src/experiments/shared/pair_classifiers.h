#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <torch/types.h>
#include <vector>

#include "experiments/shared/coupled_pairs.h"
#include "models/classifier_options.h"
#include "models/labelled_images.h"
#include "models/trained_classifier.h"
#include "parallel/team.h"

namespace syncgap::experiments {

/// What the replicas of states show, multimodal (103), with black 0 and white 1 in each:
/// u = (A + B) / 2 and v = (A - B) / sqrt 2. (B, 2, C, H, W), pixels in [low, 1] -> (B, C, H, W)
/// each
std::array<torch::Tensor, kModes> images_of_modes(const torch::Tensor& states, double low);

/// Real images of both modes of MAIN pairs, for every transform a job asks for.
class PairClassifierData {
 public:
  /// All images of the classes, whatever part of them denoisers are trained on. Throws InputError.
  PairClassifierData(const CoupledPairOptions& options, const data::ImageSet& images,
                     const std::optional<data::ImageSet>& test_images, const Grid& grid);

  const models::ClassifierImages& images(data::Modality modality, std::int64_t mode) const {
    return images_.at(modality)[mode];
  }
  std::int64_t classes() const { return std::ssize(labels_); }
  /// What names the images of a mode.
  Facts facts(data::Modality modality, std::int64_t mode) const;

 private:
  std::map<data::Modality, std::array<models::ClassifierImages, kModes>> images_;
  std::vector<std::int32_t> labels_;
  std::uint64_t checksum_ = 0, test_checksum_ = 0;
};

/// C_u, and C_v whose logits do not change with the sign of v.
class PairClassifiers {
 public:
  /// Trained or read. Collective over the team.
  PairClassifiers(const PairClassifierData& data, data::Modality modality,
                  const models::ClassifierOptions& options,
                  const models::DenoiserSettings& denoiser, std::uint64_t sweep_seed,
                  const parallel::Team& team);

  /// Labels of states in one mode. (B, 2, C, H, W) -> (B)
  std::vector<std::int64_t> labels(std::int64_t mode, const torch::Tensor& states,
                                   double low) const;
  const models::Accuracy& accuracy(std::int64_t mode) const { return classifiers_[mode].accuracy; }

 private:
  std::array<models::TrainedClassifier, kModes> classifiers_;
};

}  // namespace syncgap::experiments
