#pragma once

#include <cstddef>
#include <vector>

#include "theory/coupling_graph.h"

// Shapes: N replicas.
namespace syncgap::theory {

/// Weights of what replica i takes of replica j where the attention of coupled replicas is
///   (own_i + g sum_j w_ij other_ij) / (1 + g sum_j w_ij),
/// so that replicas that are equal stay what one is by itself. `edge`: 1 for each neighbour;
/// `spectral`: 1 for all neighbours of a replica together, their mean, so that each sees the others
/// as strongly as in a pair, and g is that of the common mode. A pair has weight 1 in both, dit
/// (19). Row by row, (N, N)
std::vector<double> replica_weights(CouplingGraph graph, std::size_t replicas, GraphScale scale);

/// Modes of difference of coupled replicas that are averaged alike.
struct DifferenceModes {
  double carried;  ///< rho: what one such average leaves of them, to first order
  /// Of each such mode, the weights of its amplitude a = sum_i l_i x_i, with |l| = 1 and sum l = 0:
  /// a pair's is (A - B) / sqrt 2. (m, N)
  std::vector<std::vector<double>> amplitudes;
};

/// All of them, the largest rho first, which has its sign. One average turns replicas x that are
/// nearly equal into R x, R = (I + g W) / (1 + g sum W) row by row, and amplitudes are left
/// eigenvectors of R: a becomes rho a. The common mode has rho = 1. At g = 0, where nothing is
/// averaged, the modes are those of g -> 0. A pair has rho = (1 - g) / (1 + g). 0 <= g; dit (27),
/// for N replicas
std::vector<DifferenceModes> difference_modes(CouplingGraph graph, std::size_t replicas,
                                              GraphScale scale, double g);

}  // namespace syncgap::theory
