#include "core/repeated_cells.h"

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap {

RepeatedCells::RepeatedCells(const Grid& grid) : grid_(&grid) {
  bool behind = false;
  for (std::size_t k = 0; k < grid.split_count(); ++k) {
    const Axis& axis = grid.axes()[k];
    const auto size = static_cast<std::uint64_t>(axis.size());
    if (axis.name == kRepetitionAxis) {
      repetitions_ = size;
      behind = true;
      continue;
    }
    axes_.push_back(k);
    cells_ *= size;
    if (behind) inner_ *= size;
  }
  if (!behind) inner_ = cells_;
}

std::string RepeatedCells::describe(std::uint64_t cell) const {
  const auto position = grid_->position(unit(cell, 0));
  std::string text;
  for (const std::size_t k : axes_)
    text += (text.empty() ? "" : " ") + grid_->axes()[k].name + "=" +
            grid_->axes()[k].text(static_cast<std::int64_t>(position[k]));
  return text.empty() ? "the only cell" : text;
}

std::vector<std::vector<std::uint64_t>> RepeatedCells::lines_along(const std::string& name) const {
  std::uint64_t stride = 1, length = 0;
  for (std::size_t k = axes_.size(); k-- > 0 && length == 0;) {
    const Axis& axis = grid_->axes()[axes_[k]];
    if (axis.name == name)
      length = static_cast<std::uint64_t>(axis.size());
    else
      stride *= static_cast<std::uint64_t>(axis.size());
  }
  SYNCGAP_EXPECTS(length > 0, "axis ", name);
  std::vector<std::vector<std::uint64_t>> lines;
  for (std::uint64_t first = 0; first < cells_; ++first) {
    if (first / stride % length != 0) continue;
    std::vector<std::uint64_t>& line = lines.emplace_back();
    for (std::uint64_t i = 0; i < length; ++i) line.push_back(first + i * stride);
  }
  return lines;
}

}  // namespace syncgap
