#include "theory/coupling_graph.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace syncgap::theory {
namespace {

using testing::DoubleNear;
using testing::Pointwise;

/// By joining what is joined, edge by edge.
std::vector<double> joined(CouplingGraph graph, std::size_t n) {
  std::vector<double> matrix(n * n, 0.0);
  auto join = [&](std::size_t i, std::size_t j) { matrix[i * n + j] = matrix[j * n + i] = 1.0; };
  for (std::size_t i = 0; i < n; ++i) {
    if (graph == CouplingGraph::star && i > 0) join(0, i);
    if (graph == CouplingGraph::ring && n > 1) join(i, (i + 1) % n);
    if (graph == CouplingGraph::complete)
      for (std::size_t j = i + 1; j < n; ++j) join(i, j);
  }
  return matrix;
}

TEST(CouplingGraph, EigenvaluesAreThoseOfTheAdjacencyMatrix) {
  for (const auto graph : {CouplingGraph::complete, CouplingGraph::ring, CouplingGraph::star})
    for (std::size_t n = 2; n <= 12; ++n)
      EXPECT_THAT(graph_eigenvalues(graph, n),
                  Pointwise(DoubleNear(1e-13), matrix_eigenvalues(adjacency(graph, n))))
          << "n=" << n;
}

TEST(CouplingGraph, AdjacencyJoinsWhatTheGraphJoins) {
  for (const auto graph : {CouplingGraph::complete, CouplingGraph::ring, CouplingGraph::star})
    for (std::size_t n = 2; n <= 12; ++n) EXPECT_EQ(adjacency(graph, n), joined(graph, n));
}

TEST(CouplingGraph, TwoNodesAreCommonAndDifferenceMode) {
  for (const auto graph : {CouplingGraph::complete, CouplingGraph::ring, CouplingGraph::star})
    EXPECT_EQ(graph_eigenvalues(graph, 2), (std::vector<double>{1.0, -1.0}));
}

TEST(CouplingGraph, LargestFirstAndTraceless) {
  for (const auto graph : {CouplingGraph::complete, CouplingGraph::ring, CouplingGraph::star})
    for (std::size_t n : {2, 3, 8, 51}) {
      const auto e = graph_eigenvalues(graph, n);
      EXPECT_TRUE(std::is_sorted(e.rbegin(), e.rend()));
      EXPECT_NEAR(std::accumulate(e.begin(), e.end(), 0.0), 0.0, 1e-12);
    }
}

TEST(CouplingGraph, GivenMatricesMayBeWeighted) {
  const double matrix[] = {0.0, 2.0, 0.0, 2.0, 0.0, -1.0, 0.0, -1.0, 0.0};
  const auto e = matrix_eigenvalues(matrix);
  EXPECT_NEAR(e[0], std::sqrt(5.0), 1e-14);
  EXPECT_NEAR(e[1], 0.0, 1e-14);
  EXPECT_NEAR(e[2], -std::sqrt(5.0), 1e-14);
}

}  // namespace
}  // namespace syncgap::theory
