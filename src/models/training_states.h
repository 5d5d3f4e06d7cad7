#pragma once

#include <cstdint>
#include <torch/types.h>
#include <vector>

#include "data/pairing.h"

namespace syncgap::models {

/// States (B, parts C, H, W) whose channels are those of rows (B, parts) of a bank (m, C, H, W);
/// both on one device.
torch::Tensor gather_states(const torch::Tensor& bank, const torch::Tensor& rows);

/// Clean states z_0 a denoiser is trained on, made from pictures that are all ready before training
/// starts.
class TrainingStates {
 public:
  virtual ~TrainingStates() = default;

  virtual std::int64_t count() const = 0;     ///< n, of an epoch
  virtual std::int64_t channels() const = 0;  ///< of a state
  virtual const std::vector<std::int32_t>& labels() const = 0;
  /// The pictures states are made of, on the CPU. (m, C, H, W)
  virtual const torch::Tensor& bank() const = 0;
  /// Rows of the bank that make the states k in [begin, end) of an epoch, from image
  /// `pairs.first[k]`, and from `pairs.second[k]` where states are pairs. (B, channels / C), int64
  virtual torch::Tensor rows(const data::EpochPairs& pairs, std::int64_t begin,
                             std::int64_t end) const = 0;
  /// Those states on the CPU. (B, channels, H, W)
  torch::Tensor states(const data::EpochPairs& pairs, std::int64_t begin, std::int64_t end) const {
    return gather_states(bank(), rows(pairs, begin, end));
  }
  /// The process's noise from independent standard normals of the states' shape.
  virtual torch::Tensor noise(const torch::Tensor& normals, double coupling_strength) const = 0;
};

}  // namespace syncgap::models
