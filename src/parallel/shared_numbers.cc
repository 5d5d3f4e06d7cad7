#include "parallel/shared_numbers.h"

#include <algorithm>

#include "core/check.h"
#include "core/numbers.h"
#include "parallel/quiet_errors.h"

namespace syncgap::parallel {

SharedNumbers::SharedNumbers(const Communicator& node, int count) {
  SYNCGAP_EXPECTS(count > 0, "count ", count);
  if (node.handle() == MPI_COMM_NULL) {
    own_ = std::make_unique<std::int64_t[]>(unsigned_size(count));
    data_ = own_.get();
    return;
  }
  const MPI_Aint bytes = node.rank() == 0 ? count * sizeof(std::int64_t) : 0;
  const bool made = all_succeed(node, [&] {
    return MPI_Win_allocate_shared(bytes, sizeof(std::int64_t), MPI_INFO_NULL, node.handle(),
                                   &data_, &window_);
  });
  if (!made) {
    window_ = MPI_WIN_NULL;
    data_ = nullptr;
    return;
  }
  MPI_Aint size = 0;
  int unit = 0;
  MPI_Win_shared_query(window_, 0, &size, &unit, &data_);
  MPI_Win_lock_all(MPI_MODE_NOCHECK, window_);
  if (node.rank() == 0) std::fill_n(data_, count, std::int64_t{0});
  MPI_Win_sync(window_);
  node.barrier();
  MPI_Win_sync(window_);
}

SharedNumbers::~SharedNumbers() {
  if (window_ == MPI_WIN_NULL) return;
  MPI_Win_unlock_all(window_);
  MPI_Win_free(&window_);
}

}  // namespace syncgap::parallel
