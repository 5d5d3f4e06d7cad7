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

/// P states about what they have in common: x_i = u + sum_k a_ik v_k of u and the P - 1 differences
/// v, a the orthogonal contrasts of Helmert times sqrt(P), so that a pair is u + v, u - v and
/// differences of equal variance are alike in all states. (B, P, ...), u first, -> (B, P, ...)
torch::Tensor about_common(const torch::Tensor& modes);

/// Noise of P states from independent standard normals of their shape: unit variance, and this
/// correlation between any two, at least -1 / (P - 1).
torch::Tensor correlate_noise(const torch::Tensor& normals, double correlation);

/// Noise of coupling strength g from independent standard normals of the state's shape: the first
/// half makes the common mode of variance 1 - g, the second the difference mode of variance 1 + g,
/// so that A and B have unit variance and correlation -g. multimodal (92)-(93)
torch::Tensor couple_noise(const torch::Tensor& normals, double coupling_strength);

}  // namespace syncgap::diffusion
