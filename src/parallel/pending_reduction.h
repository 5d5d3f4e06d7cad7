#pragma once

#include <utility>

#include <mpi.h>

namespace syncgap::parallel {

/// Move-only owner of a reduction under way (a barrier is one without values). The values it works
/// on belong to MPI until it is done; a fresh one is. Destroying one waits, so that memory never
/// goes while MPI writes to it; every rank must then come to that.
class PendingReduction {
 public:
  PendingReduction() = default;
  explicit PendingReduction(MPI_Request request) : request_(request) {}
  ~PendingReduction() { wait(); }
  PendingReduction(PendingReduction&& other) noexcept
      : request_(std::exchange(other.request_, MPI_REQUEST_NULL)) {}
  PendingReduction& operator=(PendingReduction&& other) noexcept {
    std::swap(request_, other.request_);
    return *this;
  }
  PendingReduction(const PendingReduction&) = delete;
  PendingReduction& operator=(const PendingReduction&) = delete;

  /// True if it is done; drives all of this process's reductions on.
  bool test() {
    int done = 1;
    if (request_ != MPI_REQUEST_NULL) MPI_Test(&request_, &done, MPI_STATUS_IGNORE);
    return done != 0;
  }
  void wait() {
    if (request_ != MPI_REQUEST_NULL) MPI_Wait(&request_, MPI_STATUS_IGNORE);
  }

 private:
  MPI_Request request_ = MPI_REQUEST_NULL;
};

}  // namespace syncgap::parallel
