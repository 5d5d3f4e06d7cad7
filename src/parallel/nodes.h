#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "parallel/communicator.h"
#include "parallel/shared_numbers.h"

namespace syncgap::parallel {

/// The nodes that some ranks are on. Refers to their communicator, which outlives it.
class Nodes {
 public:
  explicit Nodes(const Communicator& ranks) : ranks_(ranks) {
    if (!ranks.on_one_node()) divide(ranks.split_by_node());
  }
  /// With parts of a node in its place: for tests.
  Nodes(const Communicator& ranks, Communicator node) : ranks_(ranks) { divide(std::move(node)); }

  const Communicator& ranks() const { return ranks_; }
  /// Those of this rank's node.
  const Communicator& here() const { return several_ ? here_ : ranks_; }
  /// The first rank of every node, rank 0 first; null on the others, and where there is one node.
  const Communicator& firsts() const { return firsts_; }

 private:
  void divide(Communicator node) {
    several_ = true;
    here_ = std::move(node);
    firsts_ = ranks_.split(here_.rank() == 0 ? 0 : -1);
  }

  const Communicator& ranks_;
  bool several_ = false;
  Communicator here_, firsts_;
};

/// A list that rank 0 makes and all ranks read, kept once a node unless it is short. Refers to
/// nothing.
template <class Number>
class SharedList {
 public:
  /// Collective over the ranks; only rank 0's `list` counts.
  SharedList(const Nodes& nodes, std::span<const Number> list);

  std::span<const Number> all() const { return {data_, size_}; }
  std::uint64_t size() const { return size_; }

 private:
  std::uint64_t size_;
  std::unique_ptr<SharedNumbers<Number>> shared_;
  std::vector<Number> own_;  // of short lists, and where the library cannot share
  const Number* data_ = nullptr;
};

}  // namespace syncgap::parallel
