#pragma once

#include <cstdint>
#include <memory>

#include <mpi.h>

#include "parallel/communicator.h"

namespace syncgap::parallel {

/// Numbers in memory that all ranks of one node see; zero at first. While more than one rank may
/// write they are to be used through std::atomic_ref. Collective over those ranks to create and
/// destroy. For std::int64_t and std::uint32_t.
template <class Number>
class SharedNumbers {
 public:
  /// `node` must not span nodes; a null one has memory of its own. `count` is 1 at least.
  SharedNumbers(const Communicator& node, std::uint64_t count);
  ~SharedNumbers();
  SharedNumbers(const SharedNumbers&) = delete;
  SharedNumbers& operator=(const SharedNumbers&) = delete;

  /// Null where the library cannot share memory here, on all ranks alike.
  Number* data() const { return data_; }
  /// Afterwards every rank of `node` sees what any of them wrote before. Collective.
  void publish(const Communicator& node) const;

 private:
  MPI_Win window_ = MPI_WIN_NULL;
  std::unique_ptr<Number[]> own_;
  Number* data_ = nullptr;
};

}  // namespace syncgap::parallel
