// What a build without CUDA knows about normals on a device: there is none.
#include "parallel/device_normals.h"

#include <stdexcept>

namespace syncgap::parallel {

void fill_normals_on_device(float*, std::array<std::uint32_t, 2>, std::span<const NormalAddress>,
                            std::int64_t, DeviceStream) {
  throw std::runtime_error("this syncgap was built without CUDA: build the preset 'gpu'");
}

}  // namespace syncgap::parallel
