#include "theory/replica_modes.h"

#include <cmath>

#include <Eigen/Core>
#include <Eigen/Eigenvalues>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::theory {
namespace {

/// Rates that differ by less are one: those of graphs differ by far more.
constexpr double kAlike = 1e-9;

Eigen::MatrixXd adjacency_matrix(CouplingGraph graph, std::size_t replicas) {
  const auto edges = adjacency(graph, replicas);
  const auto n = static_cast<Eigen::Index>(replicas);
  return Eigen::Map<const Eigen::MatrixXd>(edges.data(), n, n);  // symmetric: any order
}

}  // namespace

std::vector<double> replica_weights(CouplingGraph graph, std::size_t replicas, GraphScale scale) {
  auto weights = adjacency(graph, replicas);
  if (scale == GraphScale::edge) return weights;
  for (std::size_t i = 0; i < replicas; ++i) {
    double neighbours = 0;
    for (std::size_t j = 0; j < replicas; ++j) neighbours += weights[i * replicas + j];
    for (std::size_t j = 0; j < replicas; ++j) weights[i * replicas + j] /= neighbours;
  }
  return weights;
}

std::vector<DifferenceModes> difference_modes(CouplingGraph graph, std::size_t replicas,
                                              GraphScale scale, double g) {
  SYNCGAP_EXPECTS(g >= 0, g);
  // With neighbours D, both scales are R = 1 - g C^-1 (D - A): C = (1 + g) D where their mean is
  // taken, 1 + g D otherwise. C^1/2 R C^-1/2 is symmetric.
  const Eigen::MatrixXd edges = adjacency_matrix(graph, replicas);
  const Eigen::VectorXd neighbours = edges.rowwise().sum();
  Eigen::VectorXd c = (1 + g) * neighbours;
  if (scale == GraphScale::edge) c = (1 + g * neighbours.array()).matrix();
  const Eigen::VectorXd root = c.cwiseSqrt(), inverse = root.cwiseInverse();
  Eigen::MatrixXd laplacian = -edges;
  laplacian.diagonal() += neighbours;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(inverse.asDiagonal() * laplacian *
                                                              inverse.asDiagonal());
  std::vector<DifferenceModes> modes;
  double last = 0;
  // The first, 0, is the common mode's: a graph in one piece has no other.
  for (Eigen::Index k = 1; k < c.size(); ++k) {
    const double rate = solver.eigenvalues()[k];
    if (modes.empty() || rate - last > kAlike) modes.push_back({1 - g * rate, {}});
    last = rate;
    const Eigen::VectorXd left = root.cwiseProduct(solver.eigenvectors().col(k)).normalized();
    modes.back().amplitudes.emplace_back(left.begin(), left.end());
  }
  return modes;
}

}  // namespace syncgap::theory
