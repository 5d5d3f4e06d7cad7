#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/grid.h"
#include "theory/coupling_graph.h"

namespace syncgap::experiments {

/// Replicas of one row, and which of them see each other.
struct ReplicaGraph {
  theory::CouplingGraph shape = theory::CouplingGraph::complete;
  std::int64_t replicas = 2;  ///< P

  /// Who sees whom, each link one way.
  std::int64_t links() const;
};

/// The split axis that names them, a pair by default.
Axis replica_graph_axis();
/// A value of that axis: "complete 3", "ring 4", "star 4". Throws InputError for what is none, for
/// more replicas than are meant to be run, and for a second name of one graph, which would be
/// computed twice.
ReplicaGraph named_graph(const std::string& name);

}  // namespace syncgap::experiments
