#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/grid.h"

namespace syncgap {

/// The split axis whose values are independent repetitions, where an experiment has one.
inline constexpr const char* kRepetitionAxis = "seed";

/// The units of a grid as cells, one for each point of the split axes without the repetitions,
/// row-major in their order, and the repetitions of each.
class RepeatedCells {
 public:
  explicit RepeatedCells(const Grid& grid);

  std::uint64_t count() const { return cells_; }
  /// 1 where the grid has no axis of repetitions.
  std::uint64_t repetitions() const { return repetitions_; }
  std::uint64_t unit(std::uint64_t cell, std::uint64_t repetition) const {
    return (cell / inner_) * inner_ * repetitions_ + repetition * inner_ + cell % inner_;
  }
  /// Cells of which only the position on the axis `name` differs, in its order: one such line a
  /// row.
  std::vector<std::vector<std::uint64_t>> lines_along(const std::string& name) const;
  /// "g=0.3 theta=1.57"; "the only cell" where there is one.
  std::string describe(std::uint64_t cell) const;
  /// The split axes that tell cells apart.
  const std::vector<std::size_t>& axes() const { return axes_; }

 private:
  const Grid* grid_;
  std::vector<std::size_t> axes_;
  std::uint64_t cells_ = 1, repetitions_ = 1;
  std::uint64_t inner_ = 1;  // units of one repetition that lie together
};

}  // namespace syncgap
