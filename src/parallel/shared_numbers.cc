#include "parallel/shared_numbers.h"

#include <algorithm>

#include "core/check.h"
#include "parallel/quiet_errors.h"

namespace syncgap::parallel {

template <class Number>
SharedNumbers<Number>::SharedNumbers(const Communicator& node, std::uint64_t count) {
  SYNCGAP_EXPECTS(count > 0);
  if (node.handle() == MPI_COMM_NULL) {
    own_ = std::make_unique<Number[]>(count);
    data_ = own_.get();
    return;
  }
  const auto bytes = static_cast<MPI_Aint>(node.rank() == 0 ? count * sizeof(Number) : 0);
  const bool made = all_succeed(node, [&] {
    return MPI_Win_allocate_shared(bytes, sizeof(Number), MPI_INFO_NULL, node.handle(), &data_,
                                   &window_);
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
  if (node.rank() == 0) std::fill_n(data_, count, Number{0});
  publish(node);
}

template <class Number>
SharedNumbers<Number>::~SharedNumbers() {
  if (window_ == MPI_WIN_NULL) return;
  MPI_Win_unlock_all(window_);
  MPI_Win_free(&window_);
}

template <class Number>
void SharedNumbers<Number>::publish(const Communicator& node) const {
  if (window_ == MPI_WIN_NULL) return;
  MPI_Win_sync(window_);
  node.barrier();
  MPI_Win_sync(window_);
}

template class SharedNumbers<std::int64_t>;
template class SharedNumbers<std::uint32_t>;

}  // namespace syncgap::parallel
