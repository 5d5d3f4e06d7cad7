#pragma once

#include "theory/energy_levels.h"

namespace syncgap::theory {

// The random energy model of n = e^{alpha d} levels with large deviations Lambda: Z = sum e^{-d
// eps} has log Z / d -> psi. Per mode, as in "regimes"; with N modalities alpha = log n / (N d).

/// alpha_c = Lambda'(1) - Lambda(1): with fewer levels than e^{alpha_c d} the lowest ones dominate.
/// Without displacement 1/2 log(1 + chi). regimes (43), (53)
double condensation_load(const EnergyLevels& levels);

/// psi = alpha + Lambda(1) in the liquid, alpha > alpha_c, and minus the lowest energy below it,
/// Lambda'(l) with l Lambda'(l) - Lambda(l) = alpha. regimes (40)-(42), (50)-(52); 0 <= alpha
double free_energy(const EnergyLevels& levels, double load);

}  // namespace syncgap::theory
