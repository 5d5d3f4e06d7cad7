#pragma once

#include <cstdint>
#include <functional>
#include <torch/types.h>

namespace syncgap::networks {

/// Sees the tokens (B, P, N, D) on their way through a network: layer 0 as they enter the first
/// block, layer l = 1, ..., L as block l hands them on. Nothing changes them afterwards and nobody
/// else keeps them: a tap that wants a history takes it.
using LayerTap = std::function<void(std::int64_t layer, const torch::Tensor& tokens)>;

}  // namespace syncgap::networks
