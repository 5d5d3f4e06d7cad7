#pragma once

#include <cstdint>
#include <torch/torch.h>
#include <vector>

#include "data/pairing.h"

namespace syncgap::experiments {

/// Clean states z_0 a denoiser is trained on, made from images that are all ready before training
/// starts.
class TrainingStates {
 public:
  virtual ~TrainingStates() = default;

  virtual std::int64_t count() const = 0;     ///< n, of an epoch
  virtual std::int64_t channels() const = 0;  ///< of a state
  virtual const std::vector<std::int32_t>& labels() const = 0;
  /// States k in [begin, end) of an epoch, (B, channels, H, W). State k is made from image
  /// `pairs.first[k]`, and from `pairs.second[k]` where states are pairs.
  virtual torch::Tensor states(const data::EpochPairs& pairs, std::int64_t begin,
                               std::int64_t end) const = 0;
  /// The process's noise from independent standard normals of the states' shape.
  virtual torch::Tensor noise(const torch::Tensor& normals, double coupling_strength) const = 0;
};

}  // namespace syncgap::experiments
