#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/choices.h"

namespace syncgap {

/// Split axes divide the grid into units; a captured axis is filled by one run of a unit.
enum class AxisRole { split, captured };

/// What a job may choose of an axis: its values; how many there are, counted from 0; or nothing,
/// because options or the experiment itself make them, and results are filled in their order.
enum class AxisChoice { values, count, nothing };

/// Values along an axis: reals (g, theta), integers (seed, step, layer) or labels (schedule,
/// pairing).
using AxisValues =
    std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<std::string>>;

/// One coordinate of the grid, as an experiment declares it: `values` holds the default, and its
/// alternative fixes the type a job may give.
struct Axis {
  std::string name;
  AxisRole role = AxisRole::split;
  AxisValues values;
  std::string doc;                        ///< long_name in the record
  std::string unit = "1";                 ///< "1", "rad", "beta^-1", ...
  std::vector<std::string> choices = {};  ///< for labels: the only ones allowed; empty: any
  /// An axis whose values these ones number: default ones from its size on are left out.
  std::string numbers_of = {};
  AxisChoice choice = AxisChoice::values;

  std::int64_t size() const;
  /// The value at `i` as text, e.g. for messages and progress lines.
  std::string text(std::int64_t i) const;
};

/// Leaves out the integers of `axis` that number no value of the axis it names in `numbers_of`.
void leave_out_surplus(Axis& axis, const std::vector<Axis>& all);

/// The job's axes with their final values. Split axes come first; the last axis runs fastest.
class Grid {
 public:
  Grid() = default;
  explicit Grid(std::vector<Axis> axes);

  const std::vector<Axis>& axes() const { return axes_; }
  std::size_t split_count() const { return split_count_; }
  /// Throws std::out_of_range for a name no axis has.
  const Axis& axis(std::string_view name) const;
  std::size_t axis_index(std::string_view name) const;

  /// Product of the split extents.
  std::uint64_t unit_count() const { return unit_count_; }
  /// Position of `unit` along each split axis, in axis order.
  std::vector<std::size_t> position(std::uint64_t unit) const;
  /// "g=0.3 theta=1.57": how messages name a unit.
  std::string describe(std::uint64_t unit) const;

 private:
  std::vector<Axis> axes_;
  std::size_t split_count_ = 0;
  std::uint64_t unit_count_ = 0;
};

/// One point of the split axes. Cheap to copy; refers to a Grid that must outlive it.
class Unit {
 public:
  Unit(const Grid& grid, std::uint64_t index) : grid_(&grid), index_(index) {}

  std::uint64_t index() const { return index_; }
  const Grid& grid() const { return *grid_; }
  /// The coordinate on split axis `name`, of the type the axis was declared with.
  double real(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  const std::string& label(std::string_view name) const;
  /// A label as the enum it names.
  template <class Enum, std::size_t N>
  Enum choice(std::string_view name, const Choices<Enum, N>& choices) const {
    return choices.value(label(name));
  }
  std::string describe() const { return grid_->describe(index_); }

 private:
  std::size_t position_on(std::string_view name) const;

  const Grid* grid_;
  std::uint64_t index_;
};

}  // namespace syncgap
