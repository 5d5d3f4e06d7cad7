#pragma once

#include <functional>
#include <torch/types.h>

namespace syncgap::diffusion {

// States are (B, P, C, H, W): P = 2 replicas or modalities of a pair, A then B, or P = 1 where an
// image is by itself. The modes of a pair act on dimension 1.

/// What a denoiser is told beside the step: for each row of a group, and left undefined where there
/// is nothing to tell.
struct RowConditions {
  torch::Tensor label;     ///< class of the row, (B) int64
  torch::Tensor coupling;  ///< g with which the row's replicas are coupled, (B) float
};

/// All a denoiser is told of a batch, a row each: rows may differ.
struct Conditions {
  torch::Tensor step;  ///< t, (B) int64
  RowConditions rows = {};
};

/// What a denoiser says of states.
struct Prediction {
  torch::Tensor noise;  ///< eps in z_t, (B, P, C, H, W)
  torch::Tensor log_variance =
      {};  ///< of the reverse step where the network learns it, or undefined
};

/// A denoiser is a value, whatever network is behind it and wherever its weights came from.
using Denoiser = std::function<Prediction(const torch::Tensor& states, const Conditions&)>;

}  // namespace syncgap::diffusion
