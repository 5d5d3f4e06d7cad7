#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"

namespace syncgap::observables {

/// N(+m, c) / 2 + N(-m, c) / 2, fitted to numbers by its likelihood. dit (34)
struct TwoBranches {
  double separation = 0;  ///< m >= 0; 0 where one branch is as good
  double variance = 0;    ///< c
  /// Twice the log likelihood's gain over N(0, c), never negative.
  double evidence = 0;
};

/// Of numbers of either sign alike, whose mean is not looked at. m^2 + c is their mean square, as
/// it is at any maximum of the likelihood. NaN for fewer than two numbers, or where all are 0.
TwoBranches fit_two_branches(std::span<const double> numbers);

/// How much two branches gain by chance over one where there is one: sorted evidence of `draws`
/// sets of so many standard normal numbers. Draw n is trial n of `stream`.
class OneBranchEvidence {
 public:
  OneBranchEvidence(std::int64_t numbers, std::int64_t draws, const RandomStream& stream);
  /// Probability of this evidence or more, (1 + as many) / (1 + draws).
  double chance(double evidence) const;

 private:
  std::vector<double> sorted_;
};

}  // namespace syncgap::observables
