// What a build without CUDA knows about normals on a device: there is none.
#include "parallel/device_normals.h"

#include "parallel/cuda_check.h"

namespace syncgap::parallel {

void fill_normals_on_device(float*, std::array<std::uint32_t, 2>, std::span<const NormalAddress>,
                            std::int64_t, DeviceStream) {
  refuse_without_cuda();
}

}  // namespace syncgap::parallel
