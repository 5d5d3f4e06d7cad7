#pragma once

#include <cstdint>
#include <torch/types.h>
#include <vector>

#include "data/image_points.h"
#include "data/image_set.h"
#include "data/modality.h"
#include "data/pairing.h"
#include "models/training_states.h"

namespace syncgap::models {

/// Pairs z_0 = (x, T(x')) made from images, all of them ready before training starts.
class PairStates : public TrainingStates {
 public:
  /// Pixels go from [0, 1] to [low, 1]: low = -1 centres them, low = 0 leaves them.
  PairStates(const data::ImageSet& images, const std::vector<std::uint32_t>& chosen,
             data::Modality modality, double low);

  std::int64_t count() const override { return std::ssize(labels_); }
  std::int64_t side() const { return bank_.size(3); }
  std::int64_t replicas() const override { return 2; }
  const std::vector<std::int32_t>& labels() const override { return labels_; }

  const torch::Tensor& bank() const override { return bank_; }
  torch::Tensor rows(const data::EpochPairs& pairs, std::int64_t begin,
                     std::int64_t end) const override;
  torch::Tensor noise(const torch::Tensor& normals, double coupling_strength) const override;

 private:
  torch::Tensor bank_;  // (2 n, C, H, W): images, then their transforms
  std::vector<std::int32_t> labels_;
};

}  // namespace syncgap::models
