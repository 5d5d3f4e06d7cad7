#pragma once

#include <cstdint>
#include <vector>

#include "core/random.h"
#include "observables/frechet_distance.h"

namespace syncgap::observables {

/// Orthonormal directions along which features vary most, to see several sets in the same few of
/// them. By subspace iteration from random ones (Halko, Martinsson and Tropp 2011, algorithm 4.4):
/// of components whose variances are nearly equal it may take another mixture, which keeps as much
/// of the variance. Deterministic. Time n F K for K directions.
class LeadingComponents {
 public:
  /// Of the covariance of `set`: `most` of them, or as many as it has if these are fewer. Starts
  /// from trial 0 of the stream. Throws InputError for a set of fewer than two rows.
  LeadingComponents(const FeatureRows& set, std::int64_t most, const RandomStream& stream);

  std::int64_t count() const { return count_; }
  /// Share of the set's variance that they keep; 1 where it has none.
  double share() const { return share_; }
  /// Coordinates of rows along them, from the mean of the set: (n, K). Throws InputError for
  /// another F.
  std::vector<double> coordinates(const FeatureRows& rows) const;

 private:
  std::int64_t count_;
  std::vector<double> mean_;        // (F)
  std::vector<double> directions_;  // (K, F)
  double share_ = 1;
};

}  // namespace syncgap::observables
