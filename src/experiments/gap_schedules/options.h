#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/choices.h"
#include "core/options.h"
#include "theory/schedule_gap.h"

namespace syncgap::experiments {

/// In what the pieces of g(t) are equally long, and coupling is integrated: the steps of a reverse
/// trajectory, or forward time.
enum class BudgetClock { steps, time };

inline constexpr Choices kBudgetClocks{std::pair{BudgetClock::steps, "steps"},
                                       std::pair{BudgetClock::time, "time"}};

/// Options of `gap_schedules`.
struct GapSchedulesOptions {
  double beta = 1.0;
  double noise_variance = 2.0;
  double variance = 1.0;
  double mean_square = 2.0;
  double least_restoring = 0.25;
  std::int64_t pieces = 10;
  double most_factor = 2.0;
  BudgetClock clock = BudgetClock::steps;
  double time_span = 2.0;
  std::int64_t horizon = 1000;
  double beta_first = 1e-4, beta_last = 0.02;

  /// The table binds this object's members: keep it in place while the table is used.
  OptionTable table();
  theory::SymmetricPair pair() const {
    return {beta, noise_variance, variance, mean_square, least_restoring};
  }
};

/// Where each piece begins, (K): in forward time, and as a share of a reverse trajectory's steps, 0
/// at the data, which is what `piece_starts` of replica_speciation counts in.
struct PieceStarts {
  std::vector<double> times, shares;
};
/// Forward time t and steps meet where signal to noise is the same: t = -log(abar) / (2 beta).
/// Throws InputError for pieces a trajectory of `horizon` steps cannot tell apart.
PieceStarts piece_starts(const GapSchedulesOptions& options);

}  // namespace syncgap::experiments
