#pragma once

#include <limits>
#include <span>
#include <vector>

#include "theory/speciation.h"

// Shapes: K pieces of forward time, on each of which g(t) is constant.
namespace syncgap::theory {

/// Two modalities that feel each other, multimodal (2): eigenvalue +1 is the common mode, -1 the
/// difference mode. Times of speciation are those of a mode that holds all the signal, (66).
struct SymmetricPair {
  double beta = 1.0;
  double noise_variance = 2.0;  ///< sigma_W^2
  double variance = 1.0;        ///< of the data within a class
  double mean_square = 2.0;     ///< m_+^2 + m_-^2
  /// y / sigma_W^2, see below, must stay above this, in [0, 1/2): a mode that a switch leaves
  /// hardly confined has a large kappa whatever its signal is. Without coupling y / sigma_W^2 tends
  /// to 1/2.
  double least_restoring = 0.0;

  static constexpr double kCommon = 1.0, kDifference = -1.0;
};

/// When a mode speciates, and how this moves with the coupling.
struct ModePassage {
  SpeciationStatus status = SpeciationStatus::no_speciation;
  double time = std::numeric_limits<double>::quiet_NaN();
  /// dt_S / dg_j, (K); 0 where the mode speciates at a switch, which stays where it is.
  std::vector<double> gradient = {};
};

/// Speciation of one mode under strengths (K) from starts (K) on, the last of them for ever. On a
/// piece kappa falls: d log kappa / dt = -((y - s)^2 + y^2) / (c y) with s = sigma_W^2, c the
/// mode's covariance and y = lambda c + s, so that every piece holds at most one passage. It is
/// unstable where y / s does not stay above least_restoring. Needs starts that increase from 0 and
/// |g| < beta. Derivatives follow from those of log kappa at the passage.
ModePassage mode_passage(const SymmetricPair& pair, double eigenvalue,
                         std::span<const double> starts, std::span<const double> strengths);

/// Synchronization gap: speciation time of the common mode minus that of the difference mode. NaN
/// where one of them has none. multimodal section 3
struct ScheduleGap {
  ModePassage common, difference;
  double value = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> gradient = {};  ///< by the strengths, (K); empty where there is no gap
};
ScheduleGap schedule_gap(const SymmetricPair& pair, std::span<const double> starts,
                         std::span<const double> strengths);
}  // namespace syncgap::theory
