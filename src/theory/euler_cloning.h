#pragma once

#include <span>
#include <vector>

#include "theory/two_clusters.h"

namespace syncgap::theory {

/// Probability that clones disagree, for both definitions of the class.
struct CloneDisagreement {
  double label = 0.0, sign = 0.0;
};

/// What an ideal average over cloned runs of the Euler scheme gives: the scheme is a Markov chain
/// in p with Gaussian transitions, so its law and the expected class of its end are carried over
/// the steps by trapezoid sums on a grid. Holds the scheme's O(h) error and the start from N(0, 1),
/// which the continuous-time closed forms do not; absolute error below 1e-9 for h <= 0.1.
/// One entry per branch step; branch_steps must not decrease.
std::vector<CloneDisagreement> euler_disagreement(const TwoClusters& clusters,
                                                  const ReverseTimes& times,
                                                  std::span<const int> branch_steps);

}  // namespace syncgap::theory
