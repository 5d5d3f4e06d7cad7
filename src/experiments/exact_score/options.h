#pragma once

#include <cstdint>
#include <utility>

#include "core/choices.h"
#include "core/options.h"
#include "sde/reverse_problem.h"
#include "sde/trial_block.h"
#include "theory/coupling_schedule.h"

namespace syncgap::experiments {

/// g(t) / g: the values of axis `schedule`.
enum class ScheduleShape { constant, late, early };

inline constexpr Choices kScheduleShapes{std::pair{ScheduleShape::constant, "constant"},
                                         std::pair{ScheduleShape::late, "late"},
                                         std::pair{ScheduleShape::early, "early"}};
/// The values of axis `score`.
inline constexpr Choices kScores{std::pair{sde::ScoreKind::printed, "printed"},
                                 std::pair{sde::ScoreKind::path, "path"},
                                 std::pair{sde::ScoreKind::joint, "joint"}};
/// The values of axis `method`.
inline constexpr Choices kSpaces{std::pair{sde::Space::plane, "plane"},
                                 std::pair{sde::Space::full, "full"}};

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
  theory::CouplingSchedule schedule(ScheduleShape shape, double strength) const;
};

}  // namespace syncgap::experiments
