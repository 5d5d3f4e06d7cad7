#include "theory/coupling_graph.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include <Eigen/Eigenvalues>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::theory {

std::vector<double> adjacency(CouplingGraph graph, std::size_t modalities) {
  SYNCGAP_EXPECTS(modalities >= 2);
  const auto joined = [&](std::size_t a, std::size_t b) {
    switch (graph) {
      case CouplingGraph::complete:
        return a != b;
      case CouplingGraph::ring:
        return (a + 1) % modalities == b || (b + 1) % modalities == a;
      case CouplingGraph::star:
        break;
    }
    return a != b && (a == 0 || b == 0);
  };
  std::vector<double> edges;
  for (std::size_t a = 0; a < modalities; ++a)
    for (std::size_t b = 0; b < modalities; ++b) edges.push_back(joined(a, b) ? 1 : 0);
  return edges;
}

std::vector<double> graph_eigenvalues(CouplingGraph graph, std::size_t modalities) {
  SYNCGAP_EXPECTS(modalities >= 2);
  if (modalities == 2) return {1.0, -1.0};
  const double n = to_real(modalities);
  std::vector<double> eigenvalues(modalities);
  switch (graph) {
    case CouplingGraph::complete:
      std::fill(eigenvalues.begin(), eigenvalues.end(), -1.0);
      eigenvalues.front() = n - 1.0;
      break;
    case CouplingGraph::ring:
      for (std::size_t k = 0; k < modalities; ++k)
        eigenvalues[k] = 2.0 * std::cos(2.0 * std::numbers::pi * to_real(k) / n);
      break;
    case CouplingGraph::star:
      eigenvalues.front() = std::sqrt(n - 1.0);
      eigenvalues.back() = -eigenvalues.front();
      break;
  }
  std::sort(eigenvalues.begin(), eigenvalues.end(), std::greater<>());
  return eigenvalues;
}

std::vector<double> matrix_eigenvalues(std::span<const double> row_major) {
  const auto n = static_cast<Eigen::Index>(std::lround(std::sqrt(to_real(row_major.size()))));
  SYNCGAP_EXPECTS(n > 0 && unsigned_size(n * n) == row_major.size());
  const Eigen::Map<const Eigen::MatrixXd> matrix(row_major.data(), n, n);
  SYNCGAP_EXPECTS(matrix.isApprox(matrix.transpose()));
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(matrix, Eigen::EigenvaluesOnly);
  std::vector<double> eigenvalues(solver.eigenvalues().begin(), solver.eigenvalues().end());
  std::reverse(eigenvalues.begin(), eigenvalues.end());
  return eigenvalues;
}

}  // namespace syncgap::theory
