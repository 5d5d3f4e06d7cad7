#pragma once

#include <array>
#include <span>

#include "theory/coupled_process.h"
#include "theory/speciation.h"

namespace syncgap::theory {

// Collapse on the training points. `log_ratio` is the logarithm of the left-hand side of multimodal
// (71) and its relatives: with alpha = log n / (N d) for N modalities (multimodal (33) at N = 2) it
// is 2 N alpha for the joint system and for one mode of the random energy model (corrections E0.7),
// and 2 alpha for one mode as the paper prints it, (77). It must be positive: with n^{1/d} = 1
// there is no finite collapse time.

/// chi = e^{2 int lambda} sigma^2 / q, the drifted data variance over the noise. multimodal (67)
double memory_ratio(double rate, double noise_variance, double variance, double t);

/// Collapse time of one eigenmode, log1p(chi) = log_ratio, in closed form. multimodal (78)
double mode_collapse_time(double rate, double noise_variance, double variance, double log_ratio);

/// Collapse time of independent modes together, sum log1p(chi) = log_ratio. multimodal (72)
double joint_collapse_time(std::span<const double> rates, double noise_variance, double variance,
                           double log_ratio);

/// Upper bound t_max >= t_C, (sigma^2/sigma_W^2)/(n^{1/d} - 1) with log n^{1/d} = log_ratio.
/// multimodal (75); reached only for vanishing rates (corrections E0.6)
double collapse_time_bound(double noise_variance, double variance, double log_ratio);

/// The same for one mode under a schedule; unique, since chi decreases by data processing.
double mode_collapse_time(const ModeMoments& mode, double variance, double log_ratio);
double joint_collapse_time(std::span<const ModeMoments> modes, double variance, double log_ratio);

/// Eigenvalues of Q^-1 S, larger first: chi of the two generalised modes of any 2x2 process.
std::array<double, 2> memory_ratios(const Transition& moved, const DataLaw& data);

/// log det C / det Q = log_ratio, for either matrix under a schedule. multimodal (86), corrections
/// E0.8
double joint_collapse_time(const CoupledMoments& moments, const DataLaw& data, double log_ratio);

/// log C_{y|x} / Q_{y|x} = log_ratio = 2 alpha_C, the largest root. multimodal (87)-(89)
double conditional_collapse_time(const CoupledMoments& moments, const DataLaw& data,
                                 double log_ratio);

/// log C_{y|x} / Q_{y|x} at one time, without cancellation.
double conditional_log_ratio(const Transition& moved, const DataLaw& data);

}  // namespace syncgap::theory
