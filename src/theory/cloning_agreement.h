#pragma once

#include "theory/two_clusters.h"

namespace syncgap::theory {

// Probability that two reverse trajectories cloned at time t end in the same class, in continuous
// time and started from the exact law: 1 at t = 0, falling to 1/2.

/// The class is the cluster the end point was drawn from. regimes (6) = (27):
/// 1 - phi = 1/2 e^{-a^2/2} E[1/cosh(u)], u ~ N(0, a^2), a = clusters.signal(t). The form has no
/// cancellation: 1 - phi is right to 1e-13 relative however small it is.
double label_disagreement(const TwoClusters& clusters, double t);
/// The same as a function of a alone; at a = 1 it is the value at which curves of different d cross
/// when sigma = mu = 1 (phi = .775200245).
double label_disagreement(double signal);

/// The class is the sign of m.x(0), which is what an experiment can see. corrections E3.2;
/// 1 - phi to 1e-11 relative.
double sign_disagreement(const TwoClusters& clusters, double t);

}  // namespace syncgap::theory
