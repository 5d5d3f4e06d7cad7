#pragma once

#include <span>
#include <vector>

#include "theory/noised_mixture.h"

namespace syncgap::theory {

/// A weighted Gaussian on the line.
struct LineComponent {
  double weight = 1.0, centre = 0.0, variance = 1.0;
};

/// The components of p_s; needs one dimension.
std::vector<LineComponent> line_components(const NoisedMixture& density);

/// How far out and how finely a mixture is sampled.
struct LineAccuracy {
  double half_width;      ///< half width of a component's interval in standard deviations
  double largest_step;    ///< in standard deviations; leaves exp(-2 pi^2 / step^2) of a Gaussian
  double step_over_pole;  ///< step times the range of slopes L: poles at pi / L leave
                          ///< exp(-2 pi^2 / this)
};
/// Good to rounding also relative to expectations that are themselves tiny: exp(-14^2/2) = 3e-43.
inline constexpr LineAccuracy kRelativeAccuracy{14.0, 0.5, 0.5};
/// Good to rounding of numbers of order one.
inline constexpr LineAccuracy kAbsoluteAccuracy{8.5, 0.75, 0.56};

/// Nodes x_i and weights w_i on the line with sum_i w_i f(x_i) = E_p[f(x)], for f made of the
/// posterior and the score: the trapezoidal rule within each component, whose error falls
/// exponentially with the distance of the zeros of p from the real axis. The step is chosen from
/// that distance, and the number of nodes stays bounded as the noise goes to zero, because
/// components too far away to matter do not narrow it.
class LineQuadrature {
 public:
  explicit LineQuadrature(std::span<const LineComponent> components,
                          const LineAccuracy& accuracy = kRelativeAccuracy);
  explicit LineQuadrature(const NoisedMixture& density)
      : LineQuadrature(line_components(density)) {}

  std::span<const double> positions() const { return positions_; }
  std::span<const double> weights() const { return weights_; }

 private:
  std::vector<double> positions_;
  std::vector<double> weights_;
};

/// Differential entropy of a mixture of Gaussians on the line, nats.
double differential_entropy(std::span<const LineComponent> components);
double differential_entropy(const DataMixture& line);

}  // namespace syncgap::theory
