#include "experiments/gap_schedules/options.h"

#include <cmath>

#include "core/check.h"
#include "core/numbers.h"
#include "diffusion/noise_schedule.h"
#include "theory/optimal_schedule.h"

namespace syncgap::experiments {

OptionTable GapSchedulesOptions::table() {
  OptionTable table;
  table.add("beta", beta, "beta", "relaxation rate of one modality").above(0).unit("1/time");
  table
      .add("noise_variance", noise_variance, "sigma_W^2",
           "variance the forward noise adds per unit time")
      .above(0)
      .unit("1/time");
  table.add("variance", variance, "sigma^2", "variance of the data within a class").above(0);
  table
      .add("mean_square", mean_square, "m_+^2 + m_-^2",
           "squared class mean of both modalities, per dimension")
      .above(0);
  table
      .add(
          "least_restoring", least_restoring, "",
          "1 - |lambda| c / sigma_W^2 of each mode, c its covariance, stays above this under every "
          "schedule (uncoupled and late it is 1/2): at 0 the reverse drift confines no more, and "
          "near it a switch of g(t) alone makes kappa large")
      .at_least(0)
      .below(0.5);
  table
      .add("pieces", pieces, "K",
           "pieces of g(t), equally long in the budget's clock; all their extreme schedules are "
           "tried, up to 2^K of them")
      .at_least(1)
      .at_most(to_real(theory::kMostPieces));
  table
      .add("most_factor", most_factor, "",
           "g(t)/g is at most this, and 1 in the mean over the budget's clock")
      .at_least(1)
      .at_most(1000);
  table.add("budget_clock", clock, kBudgetClocks, "",
            "in what coupling is integrated and pieces are equally long: the steps of a reverse "
            "trajectory, as g_budget = \"kept\" of replica_speciation counts, or forward time");
  table
      .add("time_span", time_span, "T_t",
           "forward time that the pieces divide with budget_clock = \"time\"; the last goes on")
      .above(0)
      .unit("time");
  table
      .add("horizon", horizon, "T",
           "steps of the diffusion that steps are steps of; as in replica_speciation")
      .at_least(2)
      .at_most(100000);
  table.add("beta_first", beta_first, "beta_0", "noise variance of its first step")
      .above(0)
      .below(1);
  table.add("beta_last", beta_last, "beta_{T-1}", "noise variance of its last step")
      .above(0)
      .below(1);
  return table;
}

PieceStarts piece_starts(const GapSchedulesOptions& options) {
  const auto schedule =
      diffusion::NoiseSchedule::linear(options.horizon, options.beta_first, options.beta_last);
  const double horizon = to_real(options.horizon);
  // Step s turns its state into that of step s - 1; -1 is the clean image.
  const auto time_of = [&](std::int64_t steps) {
    return schedule.ou_time(steps - 1) / options.beta;
  };
  PieceStarts starts;
  for (std::int64_t piece = 0; piece < options.pieces; ++piece) {
    const double part = to_real(piece) / to_real(options.pieces);
    std::int64_t steps = 0;
    if (options.clock == BudgetClock::steps)
      steps = std::llround(part * horizon);
    else
      while (steps < options.horizon && time_of(steps) < part * options.time_span) ++steps;
    require_input(
        steps < options.horizon && (piece == 0 || to_real(steps) / horizon > starts.shares.back()),
        "pieces do not end up at different steps of a trajectory (experiment.pieces = ",
        options.pieces, ", experiment.horizon = ", options.horizon,
        ", experiment.time_span = ", options.time_span,
        "): give fewer pieces, more steps or a time within them");
    starts.shares.push_back(to_real(steps) / horizon);
    starts.times.push_back(options.clock == BudgetClock::steps ? time_of(steps)
                                                               : part * options.time_span);
  }
  return starts;
}

}  // namespace syncgap::experiments
