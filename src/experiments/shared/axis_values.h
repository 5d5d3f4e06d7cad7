#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "core/grid.h"

namespace syncgap::experiments {

/// The values of an axis declared with values of type Value.
template <class Value>
const std::vector<Value>& axis_values(const Grid& grid, std::string_view name) {
  return std::get<std::vector<Value>>(grid.axis(name).values);
}

/// 0, 1, ..., count - 1.
std::vector<std::int64_t> first_integers(std::int64_t count);

/// `count` >= 2 evenly spaced values from `first` to `last`.
std::vector<double> even_values(double first, double last, std::size_t count);

/// Throws InputError unless a numeric axis holds at least `least` values, each larger than the one
/// before.
void require_increasing(const Grid& grid, std::string_view name, std::size_t least = 1);

}  // namespace syncgap::experiments
