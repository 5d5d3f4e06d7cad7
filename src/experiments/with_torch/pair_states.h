#pragma once

#include <cstdint>
#include <torch/types.h>
#include <vector>

#include "data/image_points.h"
#include "data/image_set.h"
#include "data/modality.h"
#include "data/pairing.h"
#include "experiments/with_torch/training_states.h"

namespace syncgap::experiments {

/// Two-channel states z_0 = (x, T(x')) made from images, all of them ready before training starts.
class PairStates : public TrainingStates {
 public:
  /// Pixels go from [0, 1] to [low, 1]: low = -1 centres them, low = 0 leaves them.
  PairStates(const data::ImageSet& images, const std::vector<std::uint32_t>& chosen,
             data::Modality modality, double low);

  std::int64_t count() const override { return plain_.size(0); }
  std::int64_t side() const { return plain_.size(3); }
  std::int64_t channels() const override { return 2 * plain_.size(1); }
  const std::vector<std::int32_t>& labels() const override { return labels_; }

  /// States k in [begin, end) of an epoch's pairs. (B, 2 C, H, W)
  torch::Tensor states(const data::EpochPairs& pairs, std::int64_t begin,
                       std::int64_t end) const override;
  torch::Tensor noise(const torch::Tensor& normals, double coupling_strength) const override;

 private:
  torch::Tensor plain_, transformed_;  // (n, C, H, W)
  std::vector<std::int32_t> labels_;
};

}  // namespace syncgap::experiments
