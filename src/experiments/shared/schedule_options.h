#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/choices.h"
#include "core/options.h"
#include "theory/coupling_schedule.h"

namespace syncgap::experiments {

/// g(t) / g over forward time t: late is late in generation, near the data.
enum class CouplingShape { constant, late, early, linear, cosine, piecewise };

inline constexpr Choices kCouplingShapes{std::pair{CouplingShape::constant, "constant"},
                                         std::pair{CouplingShape::late, "late"},
                                         std::pair{CouplingShape::early, "early"},
                                         std::pair{CouplingShape::linear, "linear"},
                                         std::pair{CouplingShape::cosine, "cosine"},
                                         std::pair{CouplingShape::piecewise, "piecewise"}};

/// What the shapes are made of: options of every experiment whose coupling changes in time.
struct ScheduleOptions {
  double switch_time = 0.35;
  double ramp_time = 2.0;
  double ramp_start = 1.0, ramp_end = 0.0;
  std::vector<double> piece_starts = {}, piece_factors = {};

  /// Binds the members. `time`: what times are counted in.
  void describe_schedule(OptionTable& table, const std::string& time);
  /// Throws InputError for pieces that make no schedule.
  void check_pieces() const;
  theory::CouplingSchedule schedule(CouplingShape shape, double strength) const;
};

}  // namespace syncgap::experiments
