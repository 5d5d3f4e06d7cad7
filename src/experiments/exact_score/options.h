#pragma once

#include <cstdint>
#include <string>

#include "core/options.h"
#include "sde/reverse_problem.h"
#include "sde/trial_block.h"
#include "theory/coupling_schedule.h"

namespace syncgap::experiments {

/// Options of `exact_score`; defaults are those of multimodal appendix C, with m and t_0, which it
/// leaves open, chosen so that its statements hold (src/theory/CORRECTIONS.md).
struct ExactScoreOptions {
  std::int64_t dimension = 32;
  double mean_amplitude = 0.5;
  double data_variance = 1.0;
  double beta = 1.0;
  double noise_variance = 2.0;
  double duration = 2.0;
  std::int64_t steps = 800;
  double switch_time = 0.35;
  std::int64_t trials = 2000;

  /// Binds the members: keep this object in place while the table is used.
  OptionTable table();

  theory::CoupledProcess process() const;
  sde::TimeGrid grid() const;
  sde::TwoClassData data(double angle) const;
  /// g(t) of scale `strength` for a value of the axis `schedule`.
  theory::CouplingSchedule schedule(const std::string& label, double strength) const;
};

/// The values of the axes `score` and `mode`.
sde::ScoreKind score_kind(const std::string& label);
sde::Space simulated_space(const std::string& label);

}  // namespace syncgap::experiments
