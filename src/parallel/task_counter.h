#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include <mpi.h>

#include "parallel/communicator.h"

namespace syncgap::parallel {

/// A few 64-bit counters all ranks add to atomically, kept on rank 0: how units are claimed without
/// a master rank. They live in an MPI window; where the MPI library has none (Debian's Open MPI
/// between nodes without RDMA hardware), additions travel as messages that drive() answers.
/// Collective to create and destroy.
class TaskCounter {
 public:
  static constexpr int kSlots = 4;
  enum class Transport { window, messages };

  /// Asks for `transport`; a window that cannot be had becomes messages.
  explicit TaskCounter(const Communicator& ranks, Transport transport = Transport::window);
  ~TaskCounter();
  TaskCounter(const TaskCounter&) = delete;
  TaskCounter& operator=(const TaskCounter&) = delete;

  Transport transport() const { return transport_; }
  /// True if additions of other ranks may wait until rank 0 calls drive(): always with messages,
  /// with a window across nodes whose network does not add by itself. Collective.
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
  void answer(int rank);
  std::int64_t add_here(int slot, std::int64_t amount);

  const Communicator& ranks_;
  Transport transport_;
  Communicator channel_;  // so that nobody else's messages are mistaken for ours
  MPI_Win window_ = MPI_WIN_NULL;
  MPI_Request waiting_ = MPI_REQUEST_NULL;  // rank 0: a receive that never completes
  std::int64_t nothing_ = 0;
  std::int64_t* memory_ = nullptr;  // the counters; valid on rank 0
  std::unique_ptr<std::int64_t[]> local_;
};

}  // namespace syncgap::parallel
