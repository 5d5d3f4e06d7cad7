#include "parallel/nccl.h"

#include <cstdint>
#include <cstring>
#include <cuda_runtime_api.h>
#include <stdexcept>
#include <vector>

#include <nccl.h>

#include "core/check.h"
#include "parallel/cuda_check.h"
#include "parallel/device.h"

namespace syncgap::parallel {
namespace {

void check(ncclResult_t code, const char* call) {
  if (code != ncclSuccess)
    throw std::runtime_error(
        concat(call, " failed: ", ncclGetErrorString(code), ": ", ncclGetLastError(nullptr)));
}

}  // namespace

NcclCommunicator::NcclCommunicator(const Communicator& team, std::optional<int> device) {
  // All ranks must agree on null, or the others would wait for the one without a device.
  if (team.maximum(std::int64_t{!device.has_value()}) != 0) return;
  use_device(*device);
  ncclUniqueId id{};
  if (team.rank() == 0) check(ncclGetUniqueId(&id), "ncclGetUniqueId");
  std::vector<std::uint8_t> bytes(sizeof id);
  std::memcpy(bytes.data(), &id, sizeof id);
  team.broadcast(bytes);
  std::memcpy(&id, bytes.data(), sizeof id);
  check(ncclCommInitRank(&comm_, team.size(), id, team.rank()), "ncclCommInitRank");
}

NcclCommunicator::~NcclCommunicator() {
  if (comm_ != nullptr) ncclCommDestroy(comm_);
}

void NcclCommunicator::sum(float* values, std::size_t count, DeviceStream stream) const {
  SYNCGAP_EXPECTS(comm_ != nullptr);
  check(ncclAllReduce(values, values, count, ncclFloat32, ncclSum, comm_, stream), "ncclAllReduce");
}

void NcclCommunicator::sum(double* values, std::size_t count, DeviceStream stream) const {
  SYNCGAP_EXPECTS(comm_ != nullptr);
  check(ncclAllReduce(values, values, count, ncclFloat64, ncclSum, comm_, stream), "ncclAllReduce");
}

SideStream SideStream::make() {
  SideStream out;
  check_cuda(cudaStreamCreateWithFlags(&out.stream_, cudaStreamNonBlocking), "cudaStreamCreate");
  check_cuda(cudaEventCreateWithFlags(&out.event_, cudaEventDisableTiming), "cudaEventCreate");
  return out;
}

SideStream::~SideStream() {
  if (event_ != nullptr) cudaEventDestroy(event_);
  if (stream_ != nullptr) cudaStreamDestroy(stream_);
}

void SideStream::follow_default() const {
  check_cuda(cudaEventRecord(event_, nullptr), "cudaEventRecord");
  check_cuda(cudaStreamWaitEvent(stream_, event_, 0), "cudaStreamWaitEvent");
}

void SideStream::lead_default() const {
  check_cuda(cudaEventRecord(event_, stream_), "cudaEventRecord");
  check_cuda(cudaStreamWaitEvent(nullptr, event_, 0), "cudaStreamWaitEvent");
}

}  // namespace syncgap::parallel
