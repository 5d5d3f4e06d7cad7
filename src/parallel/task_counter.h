#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include <mpi.h>

#include "parallel/communicator.h"
#include "parallel/shared_numbers.h"

namespace syncgap::parallel {

/// A few 64-bit counters all ranks add to atomically, kept on rank 0: how units are claimed without
/// a master rank. Collective to create and destroy.
class TaskCounter {
 public:
  static constexpr int kSlots = 4;
  /// How often rank 0 is to call drive() where that is needed.
  static constexpr std::chrono::microseconds kDriveEvery{500};
  enum class Transport {
    memory,    ///< on rank 0's node in memory the ranks share, from other nodes by messages
    messages,  ///< from every rank by messages that drive() answers
    window,    ///< one-sided, in an MPI window
  };

  /// Asks for `transport`; what the library does not have becomes messages.
  explicit TaskCounter(const Communicator& ranks, Transport transport = Transport::memory);
  ~TaskCounter();
  TaskCounter(const TaskCounter&) = delete;
  TaskCounter& operator=(const TaskCounter&) = delete;

  /// Of what there is the transport whose additions are quickest: on one node memory; across nodes
  /// memory or the window, whichever takes less from another node, measured while rank 0 does what
  /// its monitor does. Without threads beside the work (`threads_may_call_mpi` false) nobody could
  /// answer messages.
  static std::unique_ptr<TaskCounter> quickest(const Communicator& ranks,
                                               bool threads_may_call_mpi);

  Transport transport() const { return transport_; }
  /// Seconds an addition takes from another node, where that was measured.
  std::optional<double> seconds_measured() const { return seconds_measured_; }
  /// Seconds an addition is expected to keep the counter from serving others, which is what limits
  /// how many there can be; 0 on one node, where they are to memory.
  double service_seconds() const;
  /// True if additions of other ranks may wait until rank 0 calls drive(): always with messages,
  /// with a window across nodes whose network does not add by itself.
  bool needs_drive() const;

  /// Adds and returns the value before.
  std::int64_t fetch_add(int slot, std::int64_t amount);
  /// The present value, seen from any rank.
  std::int64_t read(int slot) { return fetch_add(slot, 0); }
  /// The present value seen from rank 0 without a call into MPI: safe from any thread.
  std::int64_t peek(int slot) const;
  /// Completes additions of other ranks that have arrived; rank 0, from one thread beside its own
  /// work, which needs MPI_THREAD_MULTIPLE.
  void drive();

 private:
  bool open_window();
  void open_memory();
  void measure(int far_rank);
  void answer(int rank);

  const Communicator& ranks_;
  Transport transport_;
  Communicator channel_;  // so that nobody else's messages are mistaken for ours
  std::unique_ptr<SharedNumbers<std::int64_t>> numbers_;
  bool direct_ = false;  // this rank adds to the memory by itself
  std::optional<double> seconds_measured_;
  MPI_Win window_ = MPI_WIN_NULL;
  MPI_Request waiting_ = MPI_REQUEST_NULL;  // rank 0: a receive that never completes
  std::int64_t nothing_ = 0;
  std::int64_t* memory_ = nullptr;  // the counters; valid on rank 0
};

}  // namespace syncgap::parallel
