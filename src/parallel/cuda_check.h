#pragma once

namespace syncgap::parallel {

/// Throws std::runtime_error that names the call and what CUDA says of it, unless the code, a
/// cudaError_t, is success. Not in a build without CUDA.
void check_cuda(int code, const char* call);

/// Throws std::runtime_error in a build without CUDA, whose functions call nothing else.
[[noreturn]] void refuse_without_cuda();

}  // namespace syncgap::parallel
