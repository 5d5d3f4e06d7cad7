#include "parallel/task_counter.h"

#include <algorithm>
#include <stdexcept>

#include "core/check.h"

namespace syncgap::parallel {

TaskCounter::TaskCounter(const Communicator& ranks) : ranks_(ranks) {
  if (ranks_.handle() == MPI_COMM_NULL) {
    local_ = std::make_unique<std::int64_t[]>(kSlots);
    memory_ = local_.get();
    return;
  }
  const MPI_Aint bytes = ranks_.rank() == 0 ? kSlots * sizeof(std::int64_t) : 0;
  if (MPI_Win_allocate(bytes, sizeof(std::int64_t), MPI_INFO_NULL, ranks_.handle(), &memory_,
                       &window_) != MPI_SUCCESS)
    throw std::runtime_error("MPI_Win_allocate failed: this MPI has no one-sided communication");
  if (ranks_.rank() == 0) std::fill_n(memory_, kSlots, std::int64_t{0});
  MPI_Win_lock_all(MPI_MODE_NOCHECK, window_);
  MPI_Win_sync(window_);
  ranks_.barrier();
}

TaskCounter::~TaskCounter() {
  if (window_ == MPI_WIN_NULL) return;
  MPI_Win_unlock_all(window_);
  MPI_Win_free(&window_);
}

std::int64_t TaskCounter::fetch_add(int slot, std::int64_t amount) {
  SYNCGAP_EXPECTS(slot >= 0 && slot < kSlots);
  if (window_ == MPI_WIN_NULL)
    return std::atomic_ref<std::int64_t>(memory_[slot]).fetch_add(amount);
  std::int64_t before = 0;
  const int code = MPI_Fetch_and_op(&amount, &before, MPI_INT64_T, 0, slot, MPI_SUM, window_);
  if (code != MPI_SUCCESS || MPI_Win_flush(0, window_) != MPI_SUCCESS)
    throw std::runtime_error(concat("MPI_Fetch_and_op failed with code ", code));
  return before;
}

std::int64_t TaskCounter::peek(int slot) const {
  SYNCGAP_EXPECTS(ranks_.rank() == 0);
  return std::atomic_ref<std::int64_t>(memory_[slot]).load();
}

void TaskCounter::drive() const {
  if (window_ == MPI_WIN_NULL) return;
  int arrived = 0;
  MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, ranks_.handle(), &arrived, MPI_STATUS_IGNORE);
}

}  // namespace syncgap::parallel
