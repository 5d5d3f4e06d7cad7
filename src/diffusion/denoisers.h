#pragma once

#include <cstdint>
#include <vector>

#include "diffusion/conditions.torch.h"
#include "diffusion/guidance.h"

// Denoisers made of denoisers.
namespace syncgap::diffusion {

/// Classifier-free guidance (Ho and Salimans 2022): noise of a row's label, led away from that of
/// `null_label` by the scale, uncond + scale (cond - uncond). Both are asked for in one batch,
/// [labels; null]. Channels that are not guided and the variance stay those of the label. Scale 1
/// is the denoiser itself; another one throws InputError where rows have no label.
Denoiser guided(Denoiser denoiser, std::int64_t null_label, const Guidance& guidance);

/// The denoiser, the coupling of each row multiplied by the factor of its step, (T) factors from
/// step 0 on; a product above 1 by rounding is 1. Rows are looked up on the CPU, where couplings
/// lie: a device is waited for.
Denoiser coupled_by_step(Denoiser denoiser, const std::vector<double>& factors);

}  // namespace syncgap::diffusion
