#include "parallel/task_counter.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <stdexcept>
#include <thread>

#include "core/check.h"
#include "core/clock.h"
#include "core/numbers.h"
#include "parallel/quiet_errors.h"

namespace syncgap::parallel {
namespace {

constexpr int kRequestTag = 1, kReplyTag = 2;
using Request = std::array<std::int64_t, 2>;  // slot, amount
// An addition to a window over a network may need several steps of the library, and some of those
// are taken only at every eighth call: with 64 calls one over TCP completes within a drive or two.
// A message needs one.
constexpr int kWindowCalls = 64, kMessageCalls = 16;
// Messages over TCP that never run out, 8 ranks of one machine, both ends on its two processors
// (bench_many_ranks).
constexpr double kServiceSeconds = 3e-5;
// A measurement is over after so many additions or so much time, whichever is first.
constexpr int kMeasured = 16;
constexpr double kMeasuredSeconds = 0.2;

}  // namespace

TaskCounter::TaskCounter(const Communicator& ranks, Transport transport)
    : ranks_(ranks), transport_(transport) {
  if (ranks_.size() == 1) transport_ = Transport::memory;
  if (transport_ == Transport::window && open_window()) return;
  if (transport_ == Transport::window) transport_ = Transport::messages;
  open_memory();
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

void TaskCounter::open_memory() {
  if (transport_ == Transport::memory && ranks_.on_one_node()) {
    numbers_ = std::make_unique<SharedNumbers<std::int64_t>>(ranks_, kSlots);
    direct_ = true;
    memory_ = numbers_->data();
    if (memory_ != nullptr) return;
    transport_ = Transport::messages;
  }
  channel_ = ranks_.split(0);
  if (transport_ == Transport::memory) {
    const Communicator node = ranks_.split_by_node();
    direct_ = node.broadcast(std::uint64_t{ranks_.rank() == 0}) != 0;
    // Every node takes part, so that the call is the same on all ranks.
    numbers_ = std::make_unique<SharedNumbers<std::int64_t>>(node, kSlots);
    memory_ = numbers_->data();
    if (ranks_.maximum(std::int64_t{memory_ == nullptr}) == 0) return;
    transport_ = Transport::messages;
  }
  numbers_ = std::make_unique<SharedNumbers<std::int64_t>>(Communicator(), kSlots);
  direct_ = ranks_.rank() == 0;
  memory_ = numbers_->data();
}

bool TaskCounter::open_window() {
  const MPI_Aint bytes = ranks_.rank() == 0 ? kSlots * sizeof(std::int64_t) : 0;
  const bool made = all_succeed(ranks_, [&] {
    return MPI_Win_allocate(bytes, sizeof(std::int64_t), MPI_INFO_NULL, ranks_.handle(), &memory_,
                            &window_);
  });
  if (!made) {
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

std::unique_ptr<TaskCounter> TaskCounter::quickest(const Communicator& ranks,
                                                   bool threads_may_call_mpi) {
  if (ranks.on_one_node()) return std::make_unique<TaskCounter>(ranks);
  auto window = std::make_unique<TaskCounter>(ranks, Transport::window);
  if (!threads_may_call_mpi) return window;
  const Communicator node = ranks.split_by_node();
  const bool far = node.broadcast(std::uint64_t{ranks.rank() == 0}) == 0;
  const auto far_rank = static_cast<int>(
      ranks.size() - ranks.maximum(std::int64_t{far ? ranks.size() - ranks.rank() : 0}));
  auto memory = std::make_unique<TaskCounter>(ranks);
  memory->measure(far_rank);
  if (window->transport() != Transport::window) return memory;
  window->measure(far_rank);
  return *window->seconds_measured_ < *memory->seconds_measured_ ? std::move(window)
                                                                 : std::move(memory);
}

void TaskCounter::measure(int far_rank) {
  double seconds = 0;
  if (ranks_.rank() == far_rank) {
    read(0);  // opens the connection
    int additions = 0;
    for (; additions < kMeasured && seconds < kMeasuredSeconds; ++additions) {
      // Claims come one at a time: what is answered in one go with others would look cheap.
      std::this_thread::sleep_for(2 * kDriveEvery + additions * kDriveEvery / kMeasured);
      const auto start = Clock::now();
      read(0);
      seconds += seconds_since(start);
    }
    seconds /= additions;
  }
  auto nanoseconds = static_cast<std::int64_t>(seconds * 1e9);
  PendingReduction pending = ranks_.begin_maximum(nanoseconds);
  // Rank 0 is at its units most of the time, outside MPI.
  while (ranks_.rank() == 0 && !pending.test()) {
    std::this_thread::sleep_for(kDriveEvery);
    drive();
  }
  pending.wait();
  seconds_measured_ = to_real(nanoseconds) * 1e-9;
}

double TaskCounter::service_seconds() const {
  if (transport_ == Transport::memory && ranks_.on_one_node()) return 0;
  // A lone addition takes no less than what it takes of the counter: networks that add by
  // themselves are known by that.
  return std::min(kServiceSeconds, seconds_measured_.value_or(kServiceSeconds));
}

bool TaskCounter::needs_drive() const {
  return ranks_.size() > 1 && (transport_ == Transport::messages || !ranks_.on_one_node());
}

std::int64_t TaskCounter::fetch_add(int slot, std::int64_t amount) {
  SYNCGAP_EXPECTS(slot >= 0 && slot < kSlots, "slot ", slot);
  if (direct_) return std::atomic_ref<std::int64_t>(memory_[slot]).fetch_add(amount);
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
  if (!needs_drive() && window_ == MPI_WIN_NULL) return;
  int arrived = 0;
  if (window_ != MPI_WIN_NULL) {
    for (int call = 0; call < kWindowCalls; ++call)
      MPI_Test(&waiting_, &arrived, MPI_STATUS_IGNORE);
    return;
  }
  for (int call = 0; call < kMessageCalls; ++call) {
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, kRequestTag, channel_.handle(), &arrived, &status);
    if (arrived == 0) continue;
    answer(status.MPI_SOURCE);
    call = 0;  // where one came from there may be more
  }
}

void TaskCounter::answer(int rank) {
  Request request{};
  MPI_Recv(request.data(), 2, MPI_INT64_T, rank, kRequestTag, channel_.handle(), MPI_STATUS_IGNORE);
  const std::int64_t before =
      std::atomic_ref<std::int64_t>(memory_[request[0]]).fetch_add(request[1]);
  MPI_Send(&before, 1, MPI_INT64_T, rank, kReplyTag, channel_.handle());
}

}  // namespace syncgap::parallel
