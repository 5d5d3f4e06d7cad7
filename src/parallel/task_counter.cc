#include "parallel/task_counter.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "core/check.h"

namespace syncgap::parallel {
namespace {

constexpr int kRequestTag = 1, kReplyTag = 2;
using Request = std::array<std::int64_t, 2>;  // slot, amount
// One addition over a network may need several steps of the library, and some of those are taken
// only at every eighth call. With 64 calls an addition over TCP completes within a drive or two.
constexpr int kProgressCalls = 64;

}  // namespace

TaskCounter::TaskCounter(const Communicator& ranks, Transport transport)
    : ranks_(ranks), transport_(transport) {
  if (ranks_.handle() == MPI_COMM_NULL) transport_ = Transport::window;
  if (ranks_.handle() != MPI_COMM_NULL && transport_ == Transport::window && open_window()) return;
  local_ = std::make_unique<std::int64_t[]>(kSlots);
  memory_ = local_.get();
  if (ranks_.handle() == MPI_COMM_NULL) return;
  transport_ = Transport::messages;
  channel_ = ranks_.split(0);
}

TaskCounter::~TaskCounter() {
  if (window_ == MPI_WIN_NULL) return;
  if (waiting_ != MPI_REQUEST_NULL) {
    MPI_Cancel(&waiting_);
    MPI_Wait(&waiting_, MPI_STATUS_IGNORE);
  }
  MPI_Win_unlock_all(window_);
  MPI_Win_free(&window_);
}

bool TaskCounter::open_window() {
  // A library without one-sided communication says so by an error, which is fatal by default.
  MPI_Errhandler usual = MPI_ERRHANDLER_NULL;
  MPI_Comm_get_errhandler(ranks_.handle(), &usual);
  MPI_Comm_set_errhandler(ranks_.handle(), MPI_ERRORS_RETURN);
  const MPI_Aint bytes = ranks_.rank() == 0 ? kSlots * sizeof(std::int64_t) : 0;
  const int code = MPI_Win_allocate(bytes, sizeof(std::int64_t), MPI_INFO_NULL, ranks_.handle(),
                                    &memory_, &window_);
  MPI_Comm_set_errhandler(ranks_.handle(), usual);
  MPI_Errhandler_free(&usual);
  if (ranks_.maximum(std::int64_t{code != MPI_SUCCESS}) != 0) {
    if (code == MPI_SUCCESS) MPI_Win_free(&window_);
    window_ = MPI_WIN_NULL;
    return false;
  }
  channel_ = ranks_.split(0);
  if (ranks_.rank() == 0) {
    std::fill_n(memory_, kSlots, std::int64_t{0});
    // Nothing is ever sent here. Testing for it is the call that makes every transport of the
    // library look for work; a probe does so only now and then.
    MPI_Irecv(&nothing_, 1, MPI_INT64_T, MPI_ANY_SOURCE, kReplyTag, channel_.handle(), &waiting_);
  }
  MPI_Win_lock_all(MPI_MODE_NOCHECK, window_);
  MPI_Win_sync(window_);
  ranks_.barrier();
  return true;
}

bool TaskCounter::needs_drive() const {
  if (ranks_.handle() == MPI_COMM_NULL) return false;
  return transport_ == Transport::messages || !ranks_.on_one_node();
}

std::int64_t TaskCounter::add_here(int slot, std::int64_t amount) {
  return std::atomic_ref<std::int64_t>(memory_[slot]).fetch_add(amount);
}

std::int64_t TaskCounter::fetch_add(int slot, std::int64_t amount) {
  SYNCGAP_EXPECTS(slot >= 0 && slot < kSlots, "slot ", slot);
  if (window_ == MPI_WIN_NULL && ranks_.rank() == 0) return add_here(slot, amount);
  std::int64_t before = 0;
  int code = MPI_SUCCESS;
  if (window_ == MPI_WIN_NULL) {
    const Request request{slot, amount};
    code = MPI_Sendrecv(request.data(), 2, MPI_INT64_T, 0, kRequestTag, &before, 1, MPI_INT64_T, 0,
                        kReplyTag, channel_.handle(), MPI_STATUS_IGNORE);
  } else {
    code = MPI_Fetch_and_op(&amount, &before, MPI_INT64_T, 0, slot, MPI_SUM, window_);
    if (code == MPI_SUCCESS) code = MPI_Win_flush(0, window_);
  }
  if (code != MPI_SUCCESS)
    throw std::runtime_error(concat("adding to a shared counter failed with MPI code ", code));
  return before;
}

std::int64_t TaskCounter::peek(int slot) const {
  SYNCGAP_EXPECTS(ranks_.rank() == 0);
  return std::atomic_ref<std::int64_t>(memory_[slot]).load();
}

void TaskCounter::drive() {
  if (ranks_.handle() == MPI_COMM_NULL) return;
  for (int call = 0; call < kProgressCalls; ++call) {
    int arrived = 0;
    if (transport_ == Transport::window) {
      MPI_Test(&waiting_, &arrived, MPI_STATUS_IGNORE);
      continue;
    }
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, kRequestTag, channel_.handle(), &arrived, &status);
    if (arrived != 0) answer(status.MPI_SOURCE);
  }
}

void TaskCounter::answer(int rank) {
  Request request{};
  MPI_Recv(request.data(), 2, MPI_INT64_T, rank, kRequestTag, channel_.handle(), MPI_STATUS_IGNORE);
  const std::int64_t before = add_here(static_cast<int>(request[0]), request[1]);
  MPI_Send(&before, 1, MPI_INT64_T, rank, kReplyTag, channel_.handle());
}

}  // namespace syncgap::parallel
