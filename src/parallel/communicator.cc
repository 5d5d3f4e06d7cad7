#include "parallel/communicator.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include "core/check.h"

namespace syncgap::parallel {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 30;  // in elements: MPI counts are int
// Ranks that come together lose little, and a claim that this one must help along waits little.
constexpr std::chrono::microseconds kShortestSleep{20}, kLongestSleep{1000};

void check(int code, const char* call) {
  if (code != MPI_SUCCESS) throw std::runtime_error(concat(call, " failed with code ", code));
}

template <class Real, class Call>
void for_pieces(std::span<Real> values, const Call& call) {
  for (std::size_t at = 0; at < values.size(); at += kPiece)
    call(values.data() + at, static_cast<int>(std::min(kPiece, values.size() - at)));
}

}  // namespace

MpiScope::MpiScope(int& argc, char**& argv) {
  int provided = MPI_THREAD_SINGLE;
  check(MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided), "MPI_Init_thread");
  threads_may_call_ = provided == MPI_THREAD_MULTIPLE;
}

MpiScope::~MpiScope() { MPI_Finalize(); }

void MpiScope::abort(int code) {
  MPI_Abort(MPI_COMM_WORLD, code);
  std::abort();
}

std::string MpiScope::library_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(text, &length);
  return short_version(std::string(text, length));
}

std::string MpiScope::short_version(const std::string& text) {
  // Open MPI lists its build after a comma, MPICH on further lines, the first "MPICH
  // Version:  4.0".
  std::string name, word;
  std::istringstream words(text.substr(0, text.find_first_of(",\n")));
  while (words >> word)
    if (word != "Version:") name += (name.empty() ? "" : " ") + word;
  return name;
}

Communicator::Communicator(MPI_Comm comm, bool on_one_node)
    : comm_(comm), on_one_node_(on_one_node) {
  MPI_Comm_rank(comm_, &rank_);
  MPI_Comm_size(comm_, &size_);
  rank_on_node_ = rank_;
  if (on_one_node_) return;
  const Communicator node = split_by_node();
  rank_on_node_ = node.rank();
  on_one_node_ = maximum(std::int64_t{node.size() != size_}) == 0;
}

Communicator::~Communicator() {
  if (comm_ != MPI_COMM_NULL) MPI_Comm_free(&comm_);
}

Communicator::Communicator(Communicator&& other) noexcept
    : comm_(std::exchange(other.comm_, MPI_COMM_NULL)),
      rank_(std::exchange(other.rank_, 0)),
      size_(std::exchange(other.size_, 1)),
      rank_on_node_(std::exchange(other.rank_on_node_, 0)),
      on_one_node_(std::exchange(other.on_one_node_, true)) {}

Communicator& Communicator::operator=(Communicator&& other) noexcept {
  std::swap(comm_, other.comm_);
  std::swap(rank_, other.rank_);
  std::swap(size_, other.size_);
  std::swap(rank_on_node_, other.rank_on_node_);
  std::swap(on_one_node_, other.on_one_node_);
  return *this;
}

Communicator Communicator::world() {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  if (ranks == 1) return {};
  MPI_Comm copy = MPI_COMM_NULL;
  check(MPI_Comm_dup(MPI_COMM_WORLD, &copy), "MPI_Comm_dup");
  return Communicator(copy, false);
}

Communicator Communicator::split(int colour) const {
  if (comm_ == MPI_COMM_NULL) return {};
  MPI_Comm part = MPI_COMM_NULL;
  check(MPI_Comm_split(comm_, colour < 0 ? MPI_UNDEFINED : colour, rank_, &part), "MPI_Comm_split");
  return part == MPI_COMM_NULL ? Communicator() : Communicator(part, on_one_node_);
}

Communicator Communicator::split_by_node() const {
  if (comm_ == MPI_COMM_NULL) return {};
  MPI_Comm node = MPI_COMM_NULL;
  check(MPI_Comm_split_type(comm_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &node),
        "MPI_Comm_split_type");
  return Communicator(node, true);
}

void Communicator::barrier() const {
  if (comm_ != MPI_COMM_NULL) check(MPI_Barrier(comm_), "MPI_Barrier");
}

void Communicator::sleeping_barrier() const {
  if (comm_ == MPI_COMM_NULL) return;
  MPI_Request request = MPI_REQUEST_NULL;
  check(MPI_Ibarrier(comm_, &request), "MPI_Ibarrier");
  PendingReduction all_here(request);
  auto pause = kShortestSleep;
  while (!all_here.test()) {
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, kLongestSleep);
  }
}

namespace {

template <class T>
T reduce(MPI_Comm comm, T value, MPI_Datatype type, MPI_Op operation) {
  if (comm != MPI_COMM_NULL)
    check(MPI_Allreduce(MPI_IN_PLACE, &value, 1, type, operation, comm), "MPI_Allreduce");
  return value;
}

}  // namespace

std::int64_t Communicator::sum(std::int64_t value) const {
  return reduce(comm_, value, MPI_INT64_T, MPI_SUM);
}
std::int64_t Communicator::maximum(std::int64_t value) const {
  return reduce(comm_, value, MPI_INT64_T, MPI_MAX);
}
double Communicator::sum(double value) const { return reduce(comm_, value, MPI_DOUBLE, MPI_SUM); }
double Communicator::maximum(double value) const {
  return reduce(comm_, value, MPI_DOUBLE, MPI_MAX);
}

std::uint64_t Communicator::broadcast(std::uint64_t value, int root) const {
  if (comm_ != MPI_COMM_NULL) check(MPI_Bcast(&value, 1, MPI_UINT64_T, root, comm_), "MPI_Bcast");
  return value;
}

double Communicator::broadcast(double value, int root) const {
  return std::bit_cast<double>(broadcast(std::bit_cast<std::uint64_t>(value), root));
}

std::string Communicator::broadcast(std::string text, int root) const {
  text.resize(broadcast(std::uint64_t{text.size()}, root));
  if (comm_ != MPI_COMM_NULL)
    check(MPI_Bcast(text.data(), static_cast<int>(text.size()), MPI_CHAR, root, comm_),
          "MPI_Bcast");
  return text;
}

void Communicator::broadcast(std::vector<std::uint8_t>& bytes, int root) const {
  broadcast(std::as_writable_bytes(std::span(bytes)), root);
}

void Communicator::broadcast(std::span<float> values, int root) const {
  if (comm_ == MPI_COMM_NULL) return;
  for_pieces(values, [&](float* data, int count) {
    check(MPI_Bcast(data, count, MPI_FLOAT, root, comm_), "MPI_Bcast");
  });
}

void Communicator::broadcast(std::span<std::byte> bytes, int root) const {
  if (comm_ == MPI_COMM_NULL) return;
  for_pieces(bytes, [&](std::byte* data, int count) {
    check(MPI_Bcast(data, count, MPI_BYTE, root, comm_), "MPI_Bcast");
  });
}

void Communicator::sum(std::span<float> values) const {
  if (comm_ == MPI_COMM_NULL) return;
  for_pieces(values, [&](float* data, int count) {
    check(MPI_Allreduce(MPI_IN_PLACE, data, count, MPI_FLOAT, MPI_SUM, comm_), "MPI_Allreduce");
  });
}

void Communicator::sum(std::span<double> values) const {
  if (comm_ == MPI_COMM_NULL) return;
  for_pieces(values, [&](double* data, int count) {
    check(MPI_Allreduce(MPI_IN_PLACE, data, count, MPI_DOUBLE, MPI_SUM, comm_), "MPI_Allreduce");
  });
}

void Communicator::sum(std::span<std::int64_t> values) const {
  if (comm_ == MPI_COMM_NULL) return;
  for_pieces(values, [&](std::int64_t* data, int count) {
    check(MPI_Allreduce(MPI_IN_PLACE, data, count, MPI_INT64_T, MPI_SUM, comm_), "MPI_Allreduce");
  });
}

namespace {

PendingReduction begin(MPI_Comm comm, void* values, std::size_t count, MPI_Datatype type,
                       MPI_Op operation) {
  if (comm == MPI_COMM_NULL || count == 0) return {};
  SYNCGAP_EXPECTS(count <= kPiece);
  MPI_Request request = MPI_REQUEST_NULL;
  check(MPI_Iallreduce(MPI_IN_PLACE, values, static_cast<int>(count), type, operation, comm,
                       &request),
        "MPI_Iallreduce");
  return PendingReduction(request);
}

}  // namespace

PendingReduction Communicator::begin_sum(std::span<float> values) const {
  return begin(comm_, values.data(), values.size(), MPI_FLOAT, MPI_SUM);
}
PendingReduction Communicator::begin_maximum(std::int64_t& value) const {
  return begin(comm_, &value, 1, MPI_INT64_T, MPI_MAX);
}

void Communicator::send(std::span<const float> values, int to) const {
  for_pieces(values, [&](const float* data, int count) {
    check(MPI_Send(data, count, MPI_FLOAT, to, 0, comm_), "MPI_Send");
  });
}

void Communicator::receive(std::span<float> values, int from) const {
  for_pieces(values, [&](float* data, int count) {
    check(MPI_Recv(data, count, MPI_FLOAT, from, 0, comm_, MPI_STATUS_IGNORE), "MPI_Recv");
  });
}

void Communicator::maximum(std::vector<std::uint8_t>& bytes) const {
  if (comm_ == MPI_COMM_NULL) return;
  // MPICH 4.0 compares unsigned numbers as if they had a sign; signed ones in the same order are
  // safe everywhere (findings/mpich_max_of_unsigned_is_signed.sh).
  const auto flip = [&] {
    for (std::uint8_t& byte : bytes) byte ^= 0x80;
  };
  flip();
  for (std::size_t at = 0; at < bytes.size(); at += kPiece)
    check(MPI_Allreduce(MPI_IN_PLACE, bytes.data() + at,
                        static_cast<int>(std::min(kPiece, bytes.size() - at)), MPI_INT8_T, MPI_MAX,
                        comm_),
          "MPI_Allreduce");
  flip();
}

}  // namespace syncgap::parallel
