#pragma once

#include <cstdint>
#include <torch/types.h>

#include "core/random.h"

namespace syncgap::diffusion {

// On the processor and on CUDA devices, where they are made: nothing of their size is copied. The
// kernel is the processor's source (parallel/device_normals.h, with what is tested where).

/// Standard normals of trajectories first, first + 1, ... at one step: row k of `shape` (B, ...)
/// holds the stream's numbers of (trial first + k, step), on `device`, with the same bits on any.
torch::Tensor trajectory_normals(const RandomStream& stream, std::int64_t first,
                                 torch::IntArrayRef shape, std::int64_t step,
                                 torch::Device device = torch::kCPU);

/// Standard normals of images in one epoch: row k of `shape` (B, ...) holds the stream's numbers of
/// (trial epoch, step images[k]), on `device`, with the same bits on any.
torch::Tensor image_normals(const RandomStream& stream, std::int64_t epoch,
                            const std::int64_t* images, torch::IntArrayRef shape,
                            torch::Device device = torch::kCPU);

}  // namespace syncgap::diffusion
