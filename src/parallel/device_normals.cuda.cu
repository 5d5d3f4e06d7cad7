#include <algorithm>
#include <cuda_runtime_api.h>
#include <stdexcept>

#include "core/check.h"
#include "parallel/cuda_check.h"
#include "parallel/device_normals.h"

namespace syncgap::parallel {
namespace {

/// Makes the device that holds `address` the current one while it lives.
class DeviceOf {
 public:
  explicit DeviceOf(const float* address) {
    cudaPointerAttributes attributes{};
    check_cuda(cudaPointerGetAttributes(&attributes, address), "cudaPointerGetAttributes");
    if (attributes.type != cudaMemoryTypeDevice && attributes.type != cudaMemoryTypeManaged)
      throw std::runtime_error("the normals' place is not in the memory of a CUDA device");
    check_cuda(cudaGetDevice(&before_), "cudaGetDevice");
    check_cuda(cudaSetDevice(attributes.device), "cudaSetDevice");
  }
  ~DeviceOf() { cudaSetDevice(before_); }
  DeviceOf(const DeviceOf&) = delete;
  DeviceOf& operator=(const DeviceOf&) = delete;

 private:
  int before_ = 0;
};

/// Addresses travel as an argument of the kernel, of which 4 KiB fit in every launch: nothing is
/// copied or waited for, and a batch of usual size is one launch or a few.
constexpr std::size_t kRowsPerLaunch = 128;
struct RowAddresses {
  NormalAddress at[kRowsPerLaunch];
};

constexpr unsigned kThreads = 256;

/// One thread per block of four numbers, one row of the grid per row.
__global__ void __launch_bounds__(kThreads)
    fill_rows(float* data, std::array<std::uint32_t, 2> key,
              const __grid_constant__ RowAddresses rows, std::int64_t row_size) {
  const std::int64_t block = std::int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (block >= normal_blocks(row_size)) return;
  store_normal_block(key, rows.at[blockIdx.y], static_cast<std::uint32_t>(block), row_size,
                     data + blockIdx.y * row_size);
}

}  // namespace

void fill_normals_on_device(float* device_data, std::array<std::uint32_t, 2> key,
                            std::span<const NormalAddress> rows, std::int64_t row_size,
                            DeviceStream stream) {
  SYNCGAP_EXPECTS(row_size >= 0 && normal_blocks(row_size) <= std::int64_t{0xffffffff});
  if (rows.empty() || row_size == 0) return;
  const DeviceOf device(device_data);
  const auto across =
      static_cast<unsigned>((normal_blocks(row_size) + kThreads - 1) / std::int64_t{kThreads});
  for (std::size_t first = 0; first < rows.size(); first += kRowsPerLaunch) {
    const auto some = rows.subspan(first, std::min(kRowsPerLaunch, rows.size() - first));
    RowAddresses addresses{};
    std::copy(some.begin(), some.end(), addresses.at);
    fill_rows<<<dim3(across, static_cast<unsigned>(some.size())), kThreads, 0, stream>>>(
        device_data + static_cast<std::int64_t>(first) * row_size, key, addresses, row_size);
    check_cuda(cudaGetLastError(), "the launch of fill_rows");
  }
}

}  // namespace syncgap::parallel
