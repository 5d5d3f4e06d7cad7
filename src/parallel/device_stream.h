#pragma once

struct CUstream_st;

namespace syncgap::parallel {

/// A cudaStream_t; null is the default stream.
using DeviceStream = CUstream_st*;

}  // namespace syncgap::parallel
