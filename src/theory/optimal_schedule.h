#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "theory/schedule_gap.h"

// Shapes: K pieces, each with the same share of the budget's clock.
namespace syncgap::theory {

/// The schedules among which one is looked for: factors f_j = g_j / g (K) with mean 1, so that all
/// have the same integrated coupling, and 0 <= f_j <= most_factor.
struct FactorBudget {
  std::size_t pieces = 1;
  double most_factor = 2.0;  ///< at least 1

  /// The point of the budget nearest to any (K), by Euclid.
  std::vector<double> nearest(std::span<const double> factors) const;
  /// All coupling in as few pieces as hold it, the first in `order` (K) first.
  std::vector<double> filled(std::span<const std::size_t> order) const;
};

/// Which gap is wanted; the gap has a sign, and is negative where the difference mode is first.
enum class GapGoal { smallest, largest };

struct OptimalSchedule {
  std::vector<double> factors;  ///< (K)
  double gap = std::numeric_limits<double>::quiet_NaN();
};

/// Most pieces whose extreme schedules are all tried.
inline constexpr std::size_t kMostPieces = 20;

/// The factors of the smallest or largest gap at mean coupling `strength`, pieces beginning at
/// `starts` (K) in forward time, the last open. kappa depends on g(t) at its own time too, so that
/// the gap jumps where a switch moves a passage, and has many local optima: all extreme points of
/// the budget and of lower caps (full or empty pieces, but for one) are tried, the best of them
/// climb along the exact gradient and then by exchanges between pieces, and the best of all lets
/// pieces change places. No step improves what is found; that nothing does is not proven. Nothing
/// where no such start has a gap. Needs at most kMostPieces and strength * most_factor < beta.
std::optional<OptimalSchedule> optimal_schedule(const SymmetricPair& pair,
                                                std::span<const double> starts, double strength,
                                                const FactorBudget& budget, GapGoal goal);

}  // namespace syncgap::theory
