#pragma once

#include <functional>

#include "diffusion/conditions.torch.h"
#include "networks/layer_taps.torch.h"

namespace syncgap::experiments {

/// A denoiser whose layers are looked at.
using TappedDenoiser = std::function<diffusion::Denoiser(const networks::LayerTap&)>;

}  // namespace syncgap::experiments
