#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "core/choices.h"

namespace syncgap::theory {

/// Which modalities are coupled to which, symmetrically: M = -beta I + g A, A the adjacency.
enum class CouplingGraph { complete, ring, star };

inline constexpr Choices kCouplingGraphs{std::pair{CouplingGraph::complete, "complete"},
                                         std::pair{CouplingGraph::ring, "ring"},
                                         std::pair{CouplingGraph::star, "star"}};

/// Whether g is the strength of one edge of the graph, or of its common mode.
enum class GraphScale { edge, spectral };

inline constexpr Choices kGraphScales{std::pair{GraphScale::edge, "edge"},
                                      std::pair{GraphScale::spectral, "spectral"}};

/// A with unit edges, row by row. The middle of a star is node 0; two nodes have one edge.
std::vector<double> adjacency(CouplingGraph graph, std::size_t modalities);

/// Eigenvalues of the adjacency of `modalities` >= 2 nodes with unit edges, largest first: the
/// first belongs to the common mode. At two nodes every graph is one edge: {+1, -1}.
std::vector<double> graph_eigenvalues(CouplingGraph graph, std::size_t modalities);

/// The same for a symmetric matrix given row by row (weights, and self-couplings, of any sign).
std::vector<double> matrix_eigenvalues(std::span<const double> row_major);

}  // namespace syncgap::theory
