#pragma once

#include <cstdint>
#include <memory>

#include <mpi.h>

#include "parallel/communicator.h"

namespace syncgap::parallel {

/// A few 64-bit numbers in memory that all ranks of one node see; zero at first. To be used through
/// std::atomic_ref. Collective over those ranks to create and destroy.
class SharedNumbers {
 public:
  /// `node` must not span nodes; a null one has memory of its own.
  SharedNumbers(const Communicator& node, int count);
  ~SharedNumbers();
  SharedNumbers(const SharedNumbers&) = delete;
  SharedNumbers& operator=(const SharedNumbers&) = delete;

  /// Null where the library cannot share memory here, on all ranks alike.
  std::int64_t* data() const { return data_; }

 private:
  MPI_Win window_ = MPI_WIN_NULL;
  std::unique_ptr<std::int64_t[]> own_;
  std::int64_t* data_ = nullptr;
};

}  // namespace syncgap::parallel
