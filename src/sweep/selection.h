#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/goals.h"
#include "core/grid.h"
#include "core/repeated_cells.h"
#include "core/results.h"
#include "store/reached.h"

namespace syncgap::sweep {

/// Which units a sweep with goals needs next, from committed results alone: cells take repetitions
/// in the order of their axis, in rounds, until an interval is narrow enough (Student's t over the
/// repetitions, each one independent), and values of a refined axis are taken where the curve
/// through their neighbours is not straight. A cell's round depends on the rounds before it only,
/// so that a kill, another number of ranks or units that are there already change nothing.
class Selection {
 public:
  /// The values of an observable in a finished unit.
  using Values = std::function<std::vector<double>(std::uint64_t unit, std::int64_t observable)>;

  /// Throws InputError for goals that this grid and these observables cannot have.
  Selection(const Grid& grid, const ResultLayout& layout, Goals goals);

  struct Choice {
    /// Of every unit: pending where it is to be run now, not needed where it is not.
    std::vector<std::uint8_t> statuses;
    std::vector<store::Reached> reached;  ///< [cell][precision goal]
  };
  /// `statuses` has no unit that is not needed: those are pending.
  Choice choose(std::span<const std::uint8_t> statuses, const Values& values) const;
  /// The statuses of a record that met all goals at the first look: done or not needed.
  std::vector<std::uint8_t> fewest() const;

 private:
  struct Look;

  const Grid& grid_;
  const ResultLayout& layout_;
  Goals goals_;
  RepeatedCells cells_;
  std::vector<std::int64_t> observables_;  // of the precision goals
  std::int64_t refined_ = -1;              // observable of the refinement
  std::vector<double> abscissae_;          // values of the refined axis
  std::vector<std::vector<std::uint64_t>> lines_;
};

}  // namespace syncgap::sweep
