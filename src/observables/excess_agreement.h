#pragma once

#include <cstdint>
#include <span>

#include "observables/threshold_passage.h"

namespace syncgap::observables {

/// Probability that two independent samples get the same label, from the shares of the labels in
/// `count` >= 2 samples: over all pairs of different samples, so without bias.
double independent_agreement(std::span<const double> shares, std::uint64_t count);

/// (agreement - independent) / (1 - independent): 0 for independent samples, 1 for clones that
/// always agree; NaN where independent samples always agree. multimodal (105)
double excess_agreement(double agreement, double independent);

/// Where a curve of excess agreement over branch steps (at least two, increasing) passes a
/// threshold.
struct SpeciationTime {
  /// Largest time with excess >= threshold, linear between branch steps; multimodal (106). NaN
  /// where the curve never reaches the threshold, or is still above it at the last branch step.
  double outermost;
  /// The time up to which it stays above, from the first branch step on; NaN in the same cases.
  double persistent;
  /// Times it passes the threshold; more than one means that the two times differ.
  std::int64_t passages = 0;
};

SpeciationTime speciation_time(const Curve& excess, double threshold);

}  // namespace syncgap::observables
