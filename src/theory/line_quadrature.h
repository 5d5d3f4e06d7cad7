#pragma once

#include <span>
#include <vector>

#include "theory/noised_mixture.h"

namespace syncgap::theory {

/// Nodes x_i and weights w_i on the line with sum_i w_i f(x_i) = E_{p_s}[f(x)], for f made of the
/// posterior and the score: the trapezoidal rule within each component, whose error falls
/// exponentially with the distance of the zeros of p_s from the real axis. The step is chosen
/// from that distance, so the sums are good to rounding, and the number of nodes stays bounded as s
/// goes to zero, because components too far away to matter do not narrow it.
class LineQuadrature {
 public:
  /// Needs one dimension and a density (positive variance of every component under noise s).
  explicit LineQuadrature(const NoisedMixture& density);

  std::span<const double> positions() const { return positions_; }
  std::span<const double> weights() const { return weights_; }

 private:
  std::vector<double> positions_;
  std::vector<double> weights_;
};

/// Differential entropy of a mixture of Gaussians on the line, nats.
double differential_entropy(const DataMixture& line);

}  // namespace syncgap::theory
