#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace syncgap::theory {

/// Which modalities are coupled to which, symmetrically: M = -beta I + g A, A the adjacency.
enum class CouplingGraph { complete, ring, star };

/// Eigenvalues of the adjacency of `modalities` >= 2 nodes with unit edges, largest first: the
/// first belongs to the common mode. At two nodes every graph is one edge: {+1, -1}.
std::vector<double> graph_eigenvalues(CouplingGraph graph, std::size_t modalities);

/// The same for a symmetric matrix given row by row (weights, and self-couplings, of any sign).
std::vector<double> matrix_eigenvalues(std::span<const double> row_major);

}  // namespace syncgap::theory
