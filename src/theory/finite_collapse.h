#pragma once

#include "theory/two_clusters.h"

namespace syncgap::theory {

/// The empirical distribution of n points seen from one of them after noising, averaged over data
/// sets, points and noise.
struct FiniteCollapse {
  double excess_entropy;  ///< f^e = E[-log w] / d, regimes (56)-(57)
  double true_weight;     ///< E[w], w the posterior weight of the point x was noised from
};

/// f^e and E[w] at finite n and d by quadrature, where the closed forms of "regimes" are limits.
/// Given x, the energies of the other points are independent noncentral chi-square variables, so
/// that the Laplace transform of their partition function Z is a power, H(s) = E e^{-sZ} =
/// G(s)^n-1. With A(s) = E e^{-s w_1} for the true point's term w_1 and y = log s,
///   d f^e = E log(1 + Z / w_1) = int dy A (1 - H),   1 - E[w] = int dy -A' s (1 - H),
/// averaged over |x - m e^{-t}|^2 and m.x. The terms are positive: nothing cancels. Good to about
/// 1e-7 relative at `resolution` 1; the steps of all sums are divided by it.
/// Needs d >= 4, t > 0 and 0 <= log_points = log n <= 600.
FiniteCollapse finite_collapse(const TwoClusters& clusters, double log_points, double t,
                               double resolution = 1.0);

}  // namespace syncgap::theory
