#include "experiments/shared/replica_graph.h"

#include <algorithm>
#include <optional>

#include "core/check.h"
#include "core/numbers.h"
#include "core/whole_number.h"

namespace syncgap::experiments {
namespace {

using theory::CouplingGraph;

constexpr std::int64_t kMostReplicas = 8;

/// The least number of replicas of which a graph is no other one.
std::int64_t least_replicas(CouplingGraph shape) {
  switch (shape) {
    case CouplingGraph::complete:
      return 2;
    case CouplingGraph::star:
      return 3;
    case CouplingGraph::ring:
      break;
  }
  return 4;
}

}  // namespace

std::int64_t ReplicaGraph::links() const {
  const auto edges = theory::adjacency(shape, unsigned_size(replicas));
  return std::count(edges.begin(), edges.end(), 1.0);
}

Axis replica_graph_axis() {
  return {
      "graph", AxisRole::split, std::vector<std::string>{"complete 2"},
      "replicas of a row and who sees whom: complete N, ring N, star N (the first is its middle)"};
}

ReplicaGraph named_graph(const std::string& name) {
  const auto space = name.find(' ');
  const auto shape = theory::kCouplingGraphs.find(name.substr(0, space));
  const auto replicas =
      space == std::string::npos ? std::nullopt : whole_number(name.substr(space + 1));
  require_input(shape && replicas && *replicas >= 2 && *replicas <= kMostReplicas,
                "there is no such graph of replicas (axes.graph, saw \"", name,
                "\"): give complete, ring or star and a number from 2 to ", kMostReplicas,
                ", such as \"complete 3\"");
  const std::int64_t least = least_replicas(*shape);
  require_input(*replicas >= least, "this graph has another name (axes.graph, saw \"", name,
                "\"): write \"complete ", *replicas, "\"");
  return {*shape, *replicas};
}

}  // namespace syncgap::experiments
