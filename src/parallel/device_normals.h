#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/normal_scalar.h"
#include "parallel/device_stream.h"

namespace syncgap::parallel {

/// Fills rows.size() x row_size floats at `device_data`, in the memory of a CUDA device, with the
/// standard normals of a stream, made on that device: row k holds components 0, 1, ... at rows[k],
/// bit for bit RandomStream::fill_normals<float>. `key` is RandomStream::key().
/// In order on `stream`, which belongs to that device; returns before the numbers are there and
/// leaves the thread's current device as it was. Throws std::runtime_error in a build without CUDA.
/// That the bits are the processor's rests on one source for both (core/normal_scalar.h), compiled
/// without contraction (cmake/Warnings.cmake). Every gpu build compiles and links this; only a
/// machine with a device can run it: there tests/gpu and tests/diffusion compare, elsewhere they
/// skip.
void fill_normals_on_device(float* device_data, std::array<std::uint32_t, 2> key,
                            std::span<const NormalAddress> rows, std::int64_t row_size,
                            DeviceStream stream = nullptr);

}  // namespace syncgap::parallel
