#include "parallel/device.h"

#include <cstdio>
#include <cuda_runtime_api.h>
#include <stdexcept>

#include <nccl.h>

#include "core/check.h"
#include "parallel/cuda_check.h"

namespace syncgap::parallel {
int device_count() {
  // No driver and no device are ordinary here, not errors.
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

std::string device_name(int device) {
  cudaDeviceProp properties{};
  check_cuda(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties");
  char memory[32];
  std::snprintf(memory, sizeof memory, "%.1f GiB",
                static_cast<double>(properties.totalGlobalMem) / (1024.0 * 1024.0 * 1024.0));
  return concat(properties.name, ", ", memory);
}

std::string device_libraries() {
  const auto cuda = [](int version) { return concat(version / 1000, ".", version % 1000 / 10); };
  int runtime = 0, driver = 0, nccl = 0;
  check_cuda(cudaRuntimeGetVersion(&runtime), "cudaRuntimeGetVersion");
  // 0 where there is no driver, which is ordinary on a login node.
  check_cuda(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
  if (ncclGetVersion(&nccl) != ncclSuccess) throw std::runtime_error("ncclGetVersion failed");
  return concat("CUDA ", cuda(runtime),
                driver == 0 ? " (no driver)" : concat(" (driver for ", cuda(driver), ")"),
                ", NCCL ", nccl / 10000, ".", nccl / 100 % 100, ".", nccl % 100);
}

void use_device(int device) { check_cuda(cudaSetDevice(device), "cudaSetDevice"); }

DeviceBuffer::DeviceBuffer(std::size_t size) : size_(size) {
  void* address = nullptr;
  check_cuda(cudaMalloc(&address, size * sizeof(float)), "cudaMalloc");
  data_ = static_cast<float*>(address);
}

DeviceBuffer::~DeviceBuffer() {
  if (data_ != nullptr) cudaFree(data_);
}

void DeviceBuffer::upload(std::span<const float> values) {
  SYNCGAP_EXPECTS(values.size() == size_);
  check_cuda(cudaMemcpy(data_, values.data(), values.size_bytes(), cudaMemcpyHostToDevice),
             "cudaMemcpy to the device");
}

std::vector<float> DeviceBuffer::download() const {
  std::vector<float> values(size_);
  check_cuda(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
  check_cuda(cudaMemcpy(values.data(), data_, size_ * sizeof(float), cudaMemcpyDeviceToHost),
             "cudaMemcpy from the device");
  return values;
}

}  // namespace syncgap::parallel
