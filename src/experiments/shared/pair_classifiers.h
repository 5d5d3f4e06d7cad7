#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <torch/types.h>
#include <vector>

#include "experiments/shared/coupled_pairs.h"
#include "models/classifier_options.h"
#include "models/labelled_images.h"
#include "models/trained_classifier.h"

namespace syncgap::experiments {

/// Common and difference mode, in this order.
inline constexpr std::size_t kModes = 2;

/// What the channels of states show, multimodal (103), with black 0 and white 1 in a channel:
/// u = (A + B) / 2 and v = (A - B) / sqrt 2. (B, 2 C, H, W), pixels in [low, 1] -> (B, C, H, W)
/// each
std::array<torch::Tensor, kModes> pictures_of_modes(const torch::Tensor& states, double low);

/// Real pictures of both modes of MAIN pairs, for every transform a job asks for.
class PairClassifierData {
 public:
  /// All images of the classes, whatever part of them denoisers are trained on. Throws InputError.
  void prepare(const CoupledPairOptions& options, const data::ImageSet& images, const Grid& grid);
  const models::ClassifierImages& pictures(const std::string& modality, std::size_t mode) const {
    return pictures_.at(modality)[mode];
  }
  std::int64_t classes() const { return static_cast<std::int64_t>(labels_.size()); }
  /// Names the pictures of a mode.
  std::string identity(const std::string& modality, std::size_t mode) const;
  double memory() const;

 private:
  std::map<std::string, std::array<models::ClassifierImages, kModes>> pictures_;
  std::vector<std::int32_t> labels_;
  std::uint64_t checksum_ = 0, test_checksum_ = 0;
};

/// C_u, and C_v whose logits do not change with the sign of v.
class PairClassifiers {
 public:
  /// Trained or read. Collective over the team.
  PairClassifiers(const PairClassifierData& data, const std::string& modality,
                  const models::ClassifierOptions& options, const models::DenoiserOptions& denoiser,
                  std::uint64_t sweep_seed, const parallel::Team& team);

  /// Labels of states in one mode. (B, 2 C, H, W) -> (B)
  std::vector<std::int64_t> labels(std::size_t mode, const torch::Tensor& states, double low) const;
  const models::Accuracy& accuracy(std::size_t mode) const { return classifiers_[mode].accuracy; }

 private:
  std::array<models::TrainedClassifier, kModes> classifiers_;
};

}  // namespace syncgap::experiments
