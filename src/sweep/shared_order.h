#pragma once

#include <cstdint>
#include <vector>

#include "parallel/nodes.h"
#include "sweep/plan.h"

namespace syncgap::sweep {

/// An order and its claims as every rank sees them. They are read from memory that the ranks of a
/// node share: a list of all units on every rank would be the most of what many ranks need.
class SharedOrder {
 public:
  struct Places {
    std::uint64_t begin = 0, end = 0;
  };

  /// Collective over the ranks. Of rank 0 are `order` and `ends`, where each claim ends in it; none
  /// where a claim is a unit.
  SharedOrder(const parallel::Nodes& nodes, const Order& order,
              const std::vector<std::uint32_t>& ends)
      : units_(nodes, order.units),
        ends_(nodes, ends),
        total_estimate_(nodes.ranks().broadcast(order.total_estimate)) {}

  std::uint64_t units() const { return units_.size(); }
  /// The unit at a place of the order, from 0.
  std::uint64_t unit(std::uint64_t place) const { return units_.all()[place]; }
  std::uint64_t claims() const { return ends_.size() > 0 ? ends_.size() : units(); }
  /// What a claim takes.
  Places places(std::uint64_t claim) const {
    if (ends_.size() == 0) return {claim, claim + 1};
    return {claim == 0 ? 0 : ends_.all()[claim - 1], ends_.all()[claim]};
  }
  double total_estimate() const { return total_estimate_; }

 private:
  parallel::SharedList<std::uint32_t> units_, ends_;
  double total_estimate_;
};

}  // namespace syncgap::sweep
