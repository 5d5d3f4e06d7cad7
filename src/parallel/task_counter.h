#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include <mpi.h>

#include "parallel/communicator.h"

namespace syncgap::parallel {

/// A few 64-bit counters all ranks add to atomically, kept in an MPI window on rank 0: how units
/// are claimed without a master rank or messages. Collective to create and destroy. Across nodes
/// some transports need rank 0 to enter MPI before a remote addition completes; rank 0 then calls
/// drive() from a thread beside its own work.
class TaskCounter {
 public:
  static constexpr int kSlots = 4;

  explicit TaskCounter(const Communicator& ranks);
  ~TaskCounter();
  TaskCounter(const TaskCounter&) = delete;
  TaskCounter& operator=(const TaskCounter&) = delete;

  /// Adds and returns the value before.
  std::int64_t fetch_add(int slot, std::int64_t amount);
  /// The present value, seen from any rank.
  std::int64_t read(int slot) { return fetch_add(slot, 0); }
  /// The present value seen from rank 0 without a call into MPI: safe from any thread.
  std::int64_t peek(int slot) const;
  /// Lets remote additions complete; rank 0, any thread, only with MPI_THREAD_MULTIPLE.
  void drive() const;

 private:
  const Communicator& ranks_;
  MPI_Win window_ = MPI_WIN_NULL;
  std::int64_t* memory_ = nullptr;  // the counters; valid on rank 0
  std::unique_ptr<std::int64_t[]> local_;
};

}  // namespace syncgap::parallel
