// What a build without CUDA knows about devices: there is none.
#include "parallel/device.h"

#include <stdexcept>

namespace syncgap::parallel {
namespace {

[[noreturn]] void refuse() {
  throw std::runtime_error("this syncgap was built without CUDA: build the preset 'gpu'");
}

}  // namespace

int device_count() { return 0; }
std::string device_name(int) { refuse(); }
std::string device_libraries() { return {}; }
void use_device(int) { refuse(); }

DeviceBuffer::DeviceBuffer(std::size_t) { refuse(); }
DeviceBuffer::~DeviceBuffer() = default;
void DeviceBuffer::upload(std::span<const float>) { refuse(); }
std::vector<float> DeviceBuffer::download() const { refuse(); }

}  // namespace syncgap::parallel
