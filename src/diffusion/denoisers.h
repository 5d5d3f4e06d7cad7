#pragma once

#include <cstdint>

#include "diffusion/conditions.torch.h"
#include "diffusion/guidance.h"

// Denoisers made of denoisers.
namespace syncgap::diffusion {

/// Classifier-free guidance (Ho and Salimans 2022): noise of a row's label, led away from that of
/// `null_label` by the scale, uncond + scale (cond - uncond). Both are asked for in one batch,
/// [labels; null]. Channels that are not guided and the variance stay those of the label. Scale 1
/// is the denoiser itself; another one throws InputError where rows have no label.
Denoiser guided(Denoiser denoiser, std::int64_t null_label, const Guidance& guidance);

}  // namespace syncgap::diffusion
