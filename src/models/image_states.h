#pragma once

#include <algorithm>
#include <cstdint>
#include <torch/types.h>
#include <utility>
#include <vector>

#include "core/check.h"
#include "models/training_states.h"

namespace syncgap::models {

/// Single images as states under independent noise, each as often in an epoch as it takes for a
/// full batch. regimes app. D
class ImageStates : public TrainingStates {
 public:
  /// pixels (n, C, H, W), labels (n).
  ImageStates(torch::Tensor pixels, const std::vector<std::int32_t>& labels, std::int64_t batch)
      : pixels_(std::move(pixels)),
        repeats_(std::max<std::int64_t>(1, (batch + pixels_.size(0) - 1) / pixels_.size(0))) {
    SYNCGAP_EXPECTS(pixels_.dim() == 4 && pixels_.size(0) == std::ssize(labels));
    for (std::int64_t k = 0; k < repeats_; ++k)
      labels_.insert(labels_.end(), labels.begin(), labels.end());
  }

  std::int64_t count() const override { return pixels_.size(0) * repeats_; }
  std::int64_t repeats() const { return repeats_; }  ///< of an image in an epoch
  std::int64_t replicas() const override { return 1; }
  const std::vector<std::int32_t>& labels() const override { return labels_; }
  const torch::Tensor& pixels() const { return pixels_; }  ///< (n, C, H, W)

  const torch::Tensor& bank() const override { return pixels_; }
  torch::Tensor rows(const data::EpochPairs& pairs, std::int64_t begin,
                     std::int64_t end) const override;
  torch::Tensor noise(const torch::Tensor& normals, double /*coupling_strength*/) const override {
    return normals;
  }

 private:
  torch::Tensor pixels_;
  std::int64_t repeats_;
  std::vector<std::int32_t> labels_;
};

}  // namespace syncgap::models
