#pragma once

#include <cstdint>
#include <torch/types.h>
#include <vector>

#include "data/pairing.h"

namespace syncgap::models {

/// States (B, P, C, H, W) whose replicas are rows (B, P) of a bank (m, C, H, W); both on one
/// device.
torch::Tensor gather_states(const torch::Tensor& bank, const torch::Tensor& rows);

/// Clean states z_0 (B, P, C, H, W) a denoiser is trained on, made from images that are all ready
/// before training starts.
class TrainingStates {
 public:
  virtual ~TrainingStates() = default;

  virtual std::int64_t count() const = 0;                   ///< n, of an epoch
  virtual std::int64_t replicas() const = 0;                ///< P
  std::int64_t channels() const { return bank().size(1); }  ///< C
  virtual const std::vector<std::int32_t>& labels() const = 0;
  /// The images states are made of, on the CPU. (m, C, H, W)
  virtual const torch::Tensor& bank() const = 0;
  /// Rows of the bank that make the states k in [begin, end) of an epoch, from image
  /// `pairs.first[k]`, and from `pairs.second[k]` where states are pairs. (B, P), int64
  virtual torch::Tensor rows(const data::EpochPairs& pairs, std::int64_t begin,
                             std::int64_t end) const = 0;
  /// Those states on the CPU. (B, P, C, H, W)
  torch::Tensor states(const data::EpochPairs& pairs, std::int64_t begin, std::int64_t end) const {
    return gather_states(bank(), rows(pairs, begin, end));
  }
  /// The process's noise from independent standard normals of the states' shape.
  virtual torch::Tensor noise(const torch::Tensor& normals, double coupling_strength) const = 0;
};

}  // namespace syncgap::models
