#include "parallel/cuda_check.h"

#include <stdexcept>

namespace syncgap::parallel {

void refuse_without_cuda() {
  throw std::runtime_error("this syncgap was built without CUDA: build the preset 'gpu'");
}

}  // namespace syncgap::parallel
