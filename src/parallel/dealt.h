#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "parallel/communicator.h"

namespace syncgap::parallel {

/// Items 0 to n - 1 in groups of fixed size, dealt to the ranks of a team in turn. What is computed
/// together depends on the size of a group alone, never on how many ranks there are: so the bits
/// are the same on any number of them.
class Dealt {
 public:
  struct Group {
    std::int64_t first, count;
  };

  Dealt(std::int64_t items, std::int64_t group, const Communicator& ranks)
      : items_(items), group_(group), ranks_(&ranks) {}

  /// This rank's groups, in order.
  std::vector<Group> mine() const {
    std::vector<Group> groups;
    for (std::int64_t first = ranks_->rank() * group_; first < items_;
         first += ranks_->size() * group_)
      groups.push_back({first, std::min(group_, items_ - first)});
    return groups;
  }

  /// Gives every rank what all of them have found: each value is one rank's, and zero on the
  /// others. Collective.
  template <class Number>
  void gather(std::span<Number> values) const {
    ranks_->sum(values);
  }

 private:
  std::int64_t items_, group_;
  const Communicator* ranks_;
};

}  // namespace syncgap::parallel
