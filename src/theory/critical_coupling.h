#pragma once

#include <optional>

#include "theory/coupled_process.h"
#include "theory/speciation.h"

namespace syncgap::theory {

/// The g >= 0 at which kappa(0) = 1 for a triangular matrix: the dashed line of figure 4,
/// multimodal (85). Empty where kappa(0) does not pass 1 for any g in [0, largest].
std::optional<double> critical_coupling_line(double beta, double noise_variance,
                                             const DataLaw& data, double angle,
                                             double largest = 1e6);

/// Exact g_crit(theta) of a triangular matrix: the smallest g >= 0 at which sup_t kappa falls to 1
/// (multimodal (83); corrections E0.12: the supremum is not at t = 0 there). Empty where speciation
/// does not exist at g = 0, or survives every g below `largest`.
std::optional<double> critical_coupling(double beta, double noise_variance, const DataLaw& data,
                                        double angle, double largest = 1e6);

}  // namespace syncgap::theory
