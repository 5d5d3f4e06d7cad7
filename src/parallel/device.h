#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "parallel/communicator.h"

namespace syncgap::parallel {

/// CUDA devices this process may use; 0 in a build without CUDA and on a machine without a driver.
int device_count();

/// "NVIDIA H100 80GB HBM3, 79.1 GiB". `device` is below device_count().
std::string device_name(int device);

/// "CUDA 12.4 (driver for 13.0), NCCL 2.21.5", what runs on devices; empty in a build without CUDA.
std::string device_libraries();

/// Makes `device` the one this thread's allocations, streams and NCCL calls use.
void use_device(int device);

/// Ranks of a node take its devices in turn; empty where there is none. A launcher that shows every
/// rank a device of its own (devices == 1) is respected.
constexpr std::optional<int> device_of_rank(int rank_on_node, int devices) {
  if (devices <= 0) return std::nullopt;
  return rank_on_node % devices;
}

/// Move-only owner of `size()` floats in the memory of the current device. Throws
/// std::runtime_error where there is no device or too little memory.
class DeviceBuffer {
 public:
  explicit DeviceBuffer(std::size_t size);
  ~DeviceBuffer();
  DeviceBuffer(DeviceBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  DeviceBuffer& operator=(DeviceBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  DeviceBuffer(const DeviceBuffer&) = delete;
  DeviceBuffer& operator=(const DeviceBuffer&) = delete;

  std::size_t size() const { return size_; }
  /// Address on the device: not readable here.
  float* data() const { return data_; }
  /// Copies size() values in; waits for the copy.
  void upload(std::span<const float> values);
  /// Copies all values out, after everything the device was asked before.
  std::vector<float> download() const;

 private:
  float* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace syncgap::parallel
