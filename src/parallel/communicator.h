#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <mpi.h>

#include "parallel/pending_reduction.h"

namespace syncgap::parallel {

/// Owns MPI_Init_thread and MPI_Finalize; one per process, first thing in main. Asks for
/// MPI_THREAD_MULTIPLE so that a monitor thread may drive the progress of remote claims.
class MpiScope {
 public:
  MpiScope(int& argc, char**& argv);
  ~MpiScope();
  MpiScope(const MpiScope&) = delete;
  MpiScope& operator=(const MpiScope&) = delete;

  bool threads_may_call() const { return threads_may_call_; }
  /// Ends every rank at once, for a failure the others cannot know of.
  [[noreturn]] static void abort(int code);
  static std::string library_version();
  /// "Open MPI v4.1.4", "MPICH 4.0.2": a name of one line, from the paragraphs that libraries give.
  static std::string short_version(const std::string& text);

 private:
  bool threads_may_call_ = false;
};

/// Move-only owner of an MPI communicator. A null one is a single rank without MPI, so callers need
/// no case of their own for it.
class Communicator {
 public:
  Communicator() = default;
  ~Communicator();
  Communicator(Communicator&& other) noexcept;
  Communicator& operator=(Communicator&& other) noexcept;
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;

  /// A duplicate of MPI_COMM_WORLD; null where there is one rank only.
  static Communicator world();
  /// Ranks of the same colour together, ordered by rank here. A negative colour gives a null one.
  Communicator split(int colour) const;
  /// The ranks that share this one's memory, ordered by rank here.
  Communicator split_by_node() const;

  int rank() const { return rank_; }
  /// Place of this rank among the ranks on its own node, from 0.
  int rank_on_node() const { return rank_on_node_; }
  /// True if all ranks share one node's memory.
  bool on_one_node() const { return on_one_node_; }
  int size() const { return size_; }
  MPI_Comm handle() const { return comm_; }

  void barrier() const;
  /// A barrier that sleeps between looks, for when ranks may come minutes apart: an MPI library's
  /// own waiting takes a whole core, also one that a rank at work needs.
  void sleeping_barrier() const;
  std::int64_t sum(std::int64_t value) const;
  std::int64_t maximum(std::int64_t value) const;
  double sum(double value) const;
  double maximum(double value) const;
  std::uint64_t broadcast(std::uint64_t value, int root = 0) const;
  double broadcast(double value, int root = 0) const;
  std::string broadcast(std::string text, int root = 0) const;
  /// Broadcasts `bytes` in place; every rank must give the same size.
  void broadcast(std::vector<std::uint8_t>& bytes, int root = 0) const;
  void broadcast(std::span<float> values, int root = 0) const;
  void broadcast(std::span<std::byte> bytes, int root = 0) const;
  /// Element-wise sum over the ranks, in place, in MPI's own order.
  void sum(std::span<float> values) const;
  void sum(std::span<double> values) const;
  void sum(std::span<std::int64_t> values) const;
  /// Begins such a sum, which goes on while its owner is tested. `values` stay untouched until
  /// then.
  PendingReduction begin_sum(std::span<float> values) const;
  /// Begins to replace `value` by the maximum over the ranks.
  PendingReduction begin_maximum(std::int64_t& value) const;
  /// From one rank to another, which waits for it.
  void send(std::span<const float> values, int to) const;
  void receive(std::span<float> values, int from) const;
  /// Element-wise maximum over the ranks, in place.
  void maximum(std::vector<std::uint8_t>& bytes) const;

 private:
  /// Collective over `comm`, unless it is a part of one node.
  Communicator(MPI_Comm comm, bool on_one_node);

  MPI_Comm comm_ = MPI_COMM_NULL;
  int rank_ = 0;
  int size_ = 1;
  // Asked for once: on more ranks than cores it is the dearest call of a start.
  int rank_on_node_ = 0;
  bool on_one_node_ = true;
};

}  // namespace syncgap::parallel
