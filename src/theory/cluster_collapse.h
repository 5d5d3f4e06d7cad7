#pragma once

#include "theory/two_clusters.h"

namespace syncgap::theory {

// Collapse of the exact empirical score of n = e^{alpha d} points of two Gaussian clusters onto one
// of them: closed forms for d -> infinity at fixed alpha. Nats; t > 0.

/// r = sigma^2 e^{-2t} / Delta_t, so that Gamma / Delta = 1 + r. regimes C.2
double memory_ratio(const TwoClusters& clusters, double t);

/// t_C = 1/2 log(1 + sigma^2 / (n^{2/d} - 1)). regimes (10) = (43)
double collapse_time(const TwoClusters& clusters, double load);
/// The load at which collapse happens at time t, 1/2 log(Gamma / Delta): how fast n must grow with
/// d to keep t_C where it is. regimes (10)
double collapse_load(const TwoClusters& clusters, double t);

/// psi_+ and psi_-: free energy densities of the points of x's own cluster and of the other one.
/// regimes (42), (52)
double own_free_energy(const TwoClusters& clusters, double t, double load);
double other_free_energy(const TwoClusters& clusters, double t, double load);
/// The time at which psi_- condenses; larger than t_C. regimes (53)
double other_condensation_time(const TwoClusters& clusters, double load);

/// f(t) = alpha - 1/2 log(Gamma / Delta), the excess entropy density of the population: alpha at
/// t = infinity, -infinity at 0, zero at t_C. regimes (5)
double population_excess_entropy(const TwoClusters& clusters, double t, double load);
/// f^e(t) = max(0, f(t)), that of the empirical distribution. regimes C.4
double empirical_excess_entropy(const TwoClusters& clusters, double t, double load);
/// I(class; x_t) = ln 2 - H[class | x_t]: the entropy of P_t exceeds that of one cluster by this,
/// so that at finite d the population curve is f - I / d. regimes C.4
double class_information(const TwoClusters& clusters, double t);

}  // namespace syncgap::theory
