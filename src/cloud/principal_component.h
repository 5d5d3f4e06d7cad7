#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"

namespace syncgap::cloud {

/// Largest eigenvalue of a covariance matrix and the direction that belongs to it.
struct PrincipalComponent {
  double variance = 0;            ///< Lambda of regimes (4)
  std::vector<double> direction;  ///< unit vector, its largest entry positive; (d)
};

/// The covariance matrix (1/n) sum (a - mean)(a - mean)^T of n points of R^d, never formed: its
/// leading eigenpair by Lanczos iterations with full reorthogonalisation, to about 1e-12 relative.
/// Resampled covariances go through the matrix products together.
class Covariance {
 public:
  /// `points` (n, d) is taken over.
  Covariance(std::vector<double> points, std::size_t dimension);

  std::size_t count() const { return count_; }
  /// Throws UnitError when the iteration does not converge (two leading eigenvalues that agree to
  /// many digits).
  PrincipalComponent principal() const;

  /// Lambda of `resamples` samples of n points drawn with replacement. Resample r draws from trial
  /// r of `stream`.
  std::vector<double> bootstrap_variances(const PrincipalComponent& start,
                                          const RandomStream& stream, std::size_t resamples) const;

  /// x.direction of each centred point: (n).
  std::vector<double> project(const PrincipalComponent& component) const;

 private:
  /// Leading eigenpairs under `batch` sets of weights (batch, n), from starts (batch, d').
  struct Leading {
    std::vector<double> variances;   // (batch)
    std::vector<double> directions;  // (batch, d')
  };
  Leading leading(std::span<const double> weights, std::span<const double> starts) const;
  void apply(std::span<const double> weights, std::span<const double> means,
             std::span<const double> vectors, std::span<double> products) const;

  std::size_t count_, dimension_;
  std::vector<std::uint32_t> varying_;  // (d')
  std::vector<double> points_;          // (n, d') centred
};

}  // namespace syncgap::cloud
