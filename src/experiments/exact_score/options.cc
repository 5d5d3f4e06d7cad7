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

sde::TimeGrid ExactScoreOptions::grid() const {
  return {duration, static_cast<std::size_t>(steps)};
}

sde::TwoClassData ExactScoreOptions::data(double angle) const {
  return {static_cast<std::size_t>(dimension), mean_amplitude, data_variance, angle};
}

theory::CouplingSchedule ExactScoreOptions::schedule(const std::string& label,
                                                     double strength) const {
  using theory::CouplingSchedule;
  if (label == "late") return CouplingSchedule::late(strength, switch_time);
  if (label == "early") return CouplingSchedule::early(strength, switch_time);
  SYNCGAP_EXPECTS(label == "constant");
  return CouplingSchedule::constant(strength);
}

sde::ScoreKind score_kind(const std::string& label) {
  if (label == "path") return sde::ScoreKind::path;
  if (label == "joint") return sde::ScoreKind::joint;
  SYNCGAP_EXPECTS(label == "printed");
  return sde::ScoreKind::printed;
}

sde::Space simulated_space(const std::string& label) {
  SYNCGAP_EXPECTS(label == "plane" || label == "full");
  return label == "full" ? sde::Space::full : sde::Space::plane;
}

}  // namespace syncgap::experiments
