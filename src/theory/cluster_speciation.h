#pragma once

#include "theory/two_clusters.h"

namespace syncgap::theory {

// When the reverse process chooses a cluster: the criteria of "regimes" side by side. They differ
// by O(1) in time, while t_S grows as 1/2 log d. NaN where a criterion is met at no t > 0.

/// t_S = 1/2 log Lambda. regimes (4)
double speciation_time(const TwoClusters& clusters);
/// The Landau matrix loses positivity, Lambda e^{-2t} = Delta_t: 1/2 log(1 + Lambda). regimes (16)
double landau_time(const TwoClusters& clusters);
/// V(q, t) becomes a double well: t* = 1/2 log(2 d mu^2). regimes (23)
double potential_splitting_time(const TwoClusters& clusters);
/// log P_t gets two maxima along m: 1/2 log(1 + d mu^2 - sigma^2).
double density_splitting_time(const TwoClusters& clusters);
/// The reverse drift gets two stable fixed points, 2 d mu^2 e^{-2t} = Gamma (2 - Gamma):
/// kappa = 1 of a single mode with beta = 1, sigma_W^2 = 2 wherever that is confining (multimodal
/// (62)).
double drift_splitting_time(const TwoClusters& clusters);

/// V(q, t) = q^2/2 - 2 mu^2 log cosh(q e^{-t} sqrt d), whose inverted landscape the overlap
/// q = x.m / sqrt d climbs in regime I. regimes (8) = (22)
double overlap_potential(const TwoClusters& clusters, double overlap, double t);

}  // namespace syncgap::theory
