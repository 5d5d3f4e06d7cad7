#include "parallel/cuda_check.h"

#include <cuda_runtime_api.h>
#include <stdexcept>

#include "core/check.h"

namespace syncgap::parallel {

void check_cuda(int code, const char* call) {
  if (code != cudaSuccess)
    throw std::runtime_error(
        concat(call, " failed: ", cudaGetErrorString(static_cast<cudaError_t>(code))));
}

}  // namespace syncgap::parallel
