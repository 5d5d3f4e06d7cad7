#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include "parallel/communicator.h"
#include "parallel/device_stream.h"

struct ncclComm;
struct CUevent_st;

namespace syncgap::parallel {

/// Move-only owner of an NCCL communicator over the ranks of a team, one device per rank. It is
/// null where a rank has no device, and always in a build without CUDA: the team then sums over
/// MPI.
class NcclCommunicator {
 public:
  NcclCommunicator() = default;
  /// Collective over `team`; `device` as device_of_rank gives it. NCCL refuses two ranks on one
  /// device: throws std::runtime_error with its reason on every rank.
  NcclCommunicator(const Communicator& team, std::optional<int> device);
  ~NcclCommunicator();
  NcclCommunicator(NcclCommunicator&& other) noexcept
      : comm_(std::exchange(other.comm_, nullptr)) {}
  NcclCommunicator& operator=(NcclCommunicator&& other) noexcept {
    std::swap(comm_, other.comm_);
    return *this;
  }
  NcclCommunicator(const NcclCommunicator&) = delete;
  NcclCommunicator& operator=(const NcclCommunicator&) = delete;

  explicit operator bool() const { return comm_ != nullptr; }

  /// Replaces `count` values on the device by their sum over the team, in order on `stream`;
  /// returns before the sum is there. Precondition: not null.
  void sum(float* values, std::size_t count, DeviceStream stream = nullptr) const;
  void sum(double* values, std::size_t count, DeviceStream stream = nullptr) const;

 private:
  ncclComm* comm_ = nullptr;
};

/// Move-only owner of a stream beside the default one of the current device: what is sent here runs
/// while the default stream computes on. A fresh one is null, as is every one in a build without
/// CUDA.
class SideStream {
 public:
  SideStream() = default;
  static SideStream make();
  ~SideStream();
  SideStream(SideStream&& other) noexcept
      : stream_(std::exchange(other.stream_, nullptr)),
        event_(std::exchange(other.event_, nullptr)) {}
  SideStream& operator=(SideStream&& other) noexcept {
    std::swap(stream_, other.stream_);
    std::swap(event_, other.event_);
    return *this;
  }
  SideStream(const SideStream&) = delete;
  SideStream& operator=(const SideStream&) = delete;

  DeviceStream handle() const { return stream_; }
  /// What is sent here from now on waits for all that the default stream was sent before.
  void follow_default() const;
  /// What the default stream is sent from now on waits for all that was sent here before.
  void lead_default() const;

 private:
  DeviceStream stream_ = nullptr;
  CUevent_st* event_ = nullptr;
};

}  // namespace syncgap::parallel
