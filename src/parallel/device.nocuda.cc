// What a build without CUDA knows about devices: there is none.
#include "parallel/device.h"

#include "parallel/cuda_check.h"

namespace syncgap::parallel {
int device_count() { return 0; }
std::string device_name(int) { refuse_without_cuda(); }
std::string device_libraries() { return {}; }
void use_device(int) { refuse_without_cuda(); }

DeviceBuffer::DeviceBuffer(std::size_t) { refuse_without_cuda(); }
DeviceBuffer::~DeviceBuffer() = default;
void DeviceBuffer::upload(std::span<const float>) { refuse_without_cuda(); }
std::vector<float> DeviceBuffer::download() const { refuse_without_cuda(); }

}  // namespace syncgap::parallel
