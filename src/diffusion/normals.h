#pragma once

#include <cstdint>
#include <torch/types.h>

#include "core/random.h"

namespace syncgap::diffusion {

/// Standard normals of trajectories first, first + 1, ... at one step: row k of `shape` (B, ...)
/// holds the stream's numbers of (trial first + k, step).
torch::Tensor trajectory_normals(const RandomStream& stream, std::int64_t first,
                                 torch::IntArrayRef shape, std::int64_t step);

/// Standard normals of images in one epoch: row k of `shape` (B, ...) holds the stream's numbers of
/// (trial epoch, step images[k]).
torch::Tensor image_normals(const RandomStream& stream, std::int64_t epoch,
                            const std::int64_t* images, torch::IntArrayRef shape);

}  // namespace syncgap::diffusion
