#pragma once

#include <torch/types.h>
#include <utility>

namespace syncgap::diffusion {

// States of two modalities are (B, 2, C, H, W): A, then B. The common mode is u = (A + B) / sqrt 2,
// the difference mode v = (A - B) / sqrt 2. multimodal (91)

struct Modes {
  torch::Tensor common, difference;  ///< (B, C, H, W) each
};

Modes split_modes(const torch::Tensor& state);
torch::Tensor join_modes(const Modes& modes);

/// Noise of coupling strength g from independent standard normals of the state's shape: the first
/// half makes the common mode of variance 1 - g, the second the difference mode of variance 1 + g,
/// so that A and B have unit variance and correlation -g. multimodal (92)-(93)
torch::Tensor couple_noise(const torch::Tensor& normals, double coupling_strength);

}  // namespace syncgap::diffusion
