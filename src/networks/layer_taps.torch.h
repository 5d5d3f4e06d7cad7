#pragma once

#include <cstdint>
#include <functional>
#include <torch/types.h>

namespace syncgap::networks {

/// Sees the tokens (B, P, N, D) on their way through a network: layer 0 as they enter the first
/// block, layer l = 1, ..., L as block l hands them on. Nothing changes them afterwards and nobody
/// else keeps them: a tap that wants a history takes it.
using LayerTap = std::function<void(std::int64_t layer, const torch::Tensor& tokens)>;

/// Puts other tokens of the same shape in the place of those that a LayerTap sees there, before it
/// does; undefined where they stay as they are.
using LayerChange = std::function<torch::Tensor(std::int64_t layer, const torch::Tensor& tokens)>;

}  // namespace syncgap::networks
