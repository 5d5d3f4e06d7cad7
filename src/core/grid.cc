#include "core/grid.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "core/check.h"
#include "core/options.h"

namespace syncgap {

std::int64_t Axis::size() const {
  return std::visit([](const auto& list) { return std::ssize(list); }, values);
}

std::string Axis::text(std::int64_t i) const {
  if (const auto* reals = std::get_if<0>(&values)) return to_toml(OptionValue{reals->at(i)});
  if (const auto* integers = std::get_if<1>(&values)) return std::to_string(integers->at(i));
  return std::get<2>(values).at(i);
}

void leave_out_surplus(Axis& axis, const std::vector<Axis>& all) {
  const auto numbered = std::find_if(
      all.begin(), all.end(), [&](const Axis& other) { return other.name == axis.numbers_of; });
  if (numbered == all.end()) return;
  std::erase_if(std::get<std::vector<std::int64_t>>(axis.values),
                [&](std::int64_t number) { return number >= numbered->size(); });
}

Grid::Grid(std::vector<Axis> axes) : axes_(std::move(axes)) {
  std::stable_partition(axes_.begin(), axes_.end(),
                        [](const Axis& axis) { return axis.role == AxisRole::split; });
  unit_count_ = 1;
  for (const Axis& axis : axes_) {
    require_input(axis.size() > 0, "axis '", axis.name,
                  "' has no values (axes): give it at least one");
    if (axis.role != AxisRole::split) continue;
    ++split_count_;
    const std::uint64_t size = axis.size();
    require_input(unit_count_ <= std::numeric_limits<std::uint32_t>::max() / size,
                  "the grid has more than 2^32 units (axis '", axis.name,
                  "'): split the job into several");
    unit_count_ *= size;
  }
}

std::size_t Grid::axis_index(std::string_view name) const {
  for (std::size_t i = 0; i < axes_.size(); ++i)
    if (axes_[i].name == name) return i;
  throw std::out_of_range(concat("no axis '", name, "' in this grid"));
}

const Axis& Grid::axis(std::string_view name) const { return axes_[axis_index(name)]; }

std::vector<std::size_t> Grid::position(std::uint64_t unit) const {
  SYNCGAP_EXPECTS(unit < unit_count_);
  std::vector<std::size_t> position(split_count_);
  for (std::size_t k = split_count_; k-- > 0;) {
    position[k] = unit % axes_[k].size();
    unit /= axes_[k].size();
  }
  return position;
}

std::string Grid::describe(std::uint64_t unit) const {
  const auto where = position(unit);
  std::string text;
  for (std::size_t k = 0; k < split_count_; ++k)
    text += (k ? " " : "") + axes_[k].name + "=" + axes_[k].text(where[k]);
  return text.empty() ? "the only unit" : text;
}

std::size_t Unit::position_on(std::string_view name) const {
  const std::size_t k = grid_->axis_index(name);
  SYNCGAP_EXPECTS(k < grid_->split_count());
  std::uint64_t rest = index_;
  for (std::size_t j = grid_->split_count() - 1; j > k; --j) rest /= grid_->axes()[j].size();
  return rest % grid_->axes()[k].size();
}

double Unit::real(std::string_view name) const {
  return std::get<std::vector<double>>(grid_->axis(name).values)[position_on(name)];
}

std::int64_t Unit::integer(std::string_view name) const {
  return std::get<std::vector<std::int64_t>>(grid_->axis(name).values)[position_on(name)];
}

const std::string& Unit::label(std::string_view name) const {
  return std::get<std::vector<std::string>>(grid_->axis(name).values)[position_on(name)];
}

}  // namespace syncgap
