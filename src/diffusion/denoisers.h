#pragma once

#include <cstdint>

#include "diffusion/conditions.torch.h"
#include "diffusion/guidance.h"

// Denoisers made of denoisers.
namespace syncgap::diffusion {

/// The denoiser asked of exactly `rows` consecutive rows at a time: a row's bits depend on its
/// block alone, not on how many others there are, by which a network's kernels choose how to sum. A
/// batch holds whole blocks.
Denoiser by_blocks(Denoiser denoiser, std::int64_t rows);

/// Classifier-free guidance (Ho and Salimans 2022): noise of a row's label, led away from that of
/// `null_label` by the scale, uncond + scale (cond - uncond). Both are asked for in one batch,
/// [labels; null]. Channels that are not guided and the variance stay those of the label. Scale 1
/// is the denoiser itself; another one throws InputError where rows have no label.
Denoiser guided(Denoiser denoiser, std::int64_t null_label, const Guidance& guidance);

}  // namespace syncgap::diffusion
