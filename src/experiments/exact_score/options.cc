#include "experiments/exact_score/options.h"

#include "core/check.h"

namespace syncgap::experiments {

OptionTable ExactScoreOptions::table() {
  OptionTable table;
  table.add("dimension", dimension, "d", "dimension of X and of Y").at_least(2).at_most(1e9);
  table
      .add("mean_amplitude", mean_amplitude, "m",
           "root mean square of the components of a class mean, |mu_x| = |mu_y| = sqrt(d) m")
      .at_least(0);
  table
      .add("data_variance", data_variance, "sigma_data^2",
           "variance of the data within a class, per coordinate")
      .above(0);
  table.add("beta", beta, "beta", "relaxation rate of one modality").above(0).unit("1/time");
  table
      .add("noise_variance", noise_variance, "sigma_W^2",
           "variance the forward noise adds per unit time")
      .above(0)
      .unit("1/time");
  table.add("duration", duration, "T", "forward time at which the reverse trajectories start")
      .above(0)
      .unit("time");
  table.add("steps", steps, "N", "steps of the Euler-Maruyama scheme").at_least(1).at_most(1e7);
  table
      .add("switch_time", switch_time, "t_0",
           "when the late schedule switches off and the early one on, in forward time (144)")
      .at_least(0)
      .unit("time");
  table.add("trials", trials, "", "Monte Carlo trials per angle and seed")
      .at_least(2)
      .at_most(1e12);
  return table;
}

theory::CoupledProcess ExactScoreOptions::process() const {
  return {beta, noise_variance, theory::CouplingKind::triangular};
}

sde::TimeGrid ExactScoreOptions::grid() const { return {duration, std::size_t(steps)}; }

sde::TwoClassData ExactScoreOptions::data(double angle) const {
  return {std::size_t(dimension), mean_amplitude, data_variance, angle};
}

theory::CouplingSchedule ExactScoreOptions::schedule(ScheduleShape shape, double strength) const {
  using theory::CouplingSchedule;
  if (shape == ScheduleShape::late) return CouplingSchedule::late(strength, switch_time);
  if (shape == ScheduleShape::early) return CouplingSchedule::early(strength, switch_time);
  return CouplingSchedule::constant(strength);
}

}  // namespace syncgap::experiments
