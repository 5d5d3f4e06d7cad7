#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace syncgap::cloud {

/// How far noise has gone: a state is x = signal * a + sqrt(variance) * z with a data point a and
/// standard normal z.
struct NoiseLevel {
  double signal = 1;    ///< e^{-t} of the Ornstein-Uhlenbeck process, 1 for VE and EDM
  double variance = 1;  ///< Delta = 1 - e^{-2t}, or sigma^2; positive

  /// dx = -x dt + sqrt(2) dW run for `time` (regimes (1)).
  static NoiseLevel ornstein_uhlenbeck(double time);
  /// x = a + sigma z.
  static NoiseLevel variance_exploding(double sigma);
};

/// What PointCloud::posterior is to fill beyond the scalars.
enum class PosteriorMean { skip, compute };

/// The posterior over the points, p_i = P(a_i | x), for a batch of B states. All entries are double
/// whatever the precision of the products; entropies in nats.
struct Posterior {
  std::vector<double> log_density;      ///< log P^e(x) of regimes (2), normalised in R^d; (B)
  std::vector<double> entropy;          ///< -sum p log p, H[y | x_t = x]; (B)
  std::vector<double> purity;           ///< sum p^2: two clones of x collapse on one point; (B)
  std::vector<double> largest_weight;   ///< max p; (B)
  std::vector<std::uint32_t> nearest;   ///< point of largest weight, the first one on a tie; (B)
  std::vector<double> group_weight;     ///< sum of p over each group of points; (B, groups)
  std::vector<double> source_surprise;  ///< -log p of the given source points, accurate to its last
                                        ///< digits when p -> 1; (B), empty without sources
  std::vector<double> mean;             ///< E[a | x] = sum p a; (B, d), empty unless asked for
  std::vector<double> trace_variance;   ///< tr var(a | x); (B), empty unless the mean was asked for

  std::size_t size() const { return log_density.size(); }
};

/// What a point carries beside its place.
struct PointMarks {
  std::vector<std::uint32_t> groups = {};  ///< class of each point, 0, 1, ...; (n); empty: all 0
  std::vector<double> weights = {};  ///< prior weight of each point, positive; (n); empty: equal
};

}  // namespace syncgap::cloud
