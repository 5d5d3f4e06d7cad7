#pragma once

#include <functional>
#include <torch/types.h>

namespace syncgap::diffusion {

// States are (B, P, C, H, W): P = 2 replicas or modalities of a pair, A then B, or P = 1 where an
// image is by itself, or more replicas of a graph. Modes act on dimension 1.

/// What a denoiser is told beside the step: for each row of a group, and left undefined where there
/// is nothing to tell.
struct RowConditions {
  torch::Tensor label;  ///< class of the row, (B) int64
  /// g with which the row's replicas are coupled, (B) float; or (B, L) where it differs between the
  /// L layers of a network that couples in each, (B, L, h) where it differs between heads as well
  torch::Tensor coupling;
  /// Weights of who sees whom where replicas are coupled, (P, P) float on the CPU and the same in
  /// all rows of a batch; undefined for a pair
  torch::Tensor graph = {};
};

/// All a denoiser is told of a batch, a row each: rows may differ.
struct Conditions {
  torch::Tensor step;  ///< t, (B) int64
  RowConditions rows = {};
};

/// What a denoiser says of states.
struct Prediction {
  torch::Tensor noise;  ///< eps in z_t, (B, P, C, H, W)
  /// v where the network learns the reverse step's variance, of the noise's shape, or undefined:
  /// the log variance is (1 + v) / 2 of the forward step's and (1 - v) / 2 of the posterior's. v is
  /// not bounded.
  torch::Tensor variance = {};
};

/// A denoiser is a value, whatever network is behind it and wherever its weights came from.
using Denoiser = std::function<Prediction(const torch::Tensor& states, const Conditions&)>;

}  // namespace syncgap::diffusion
