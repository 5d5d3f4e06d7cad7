#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/choices.h"
#include "core/grid.h"

namespace syncgap::experiments {

/// The values of an axis declared with values of type Value.
template <class Value>
const std::vector<Value>& axis_values(const Grid& grid, std::string_view name) {
  return std::get<std::vector<Value>>(grid.axis(name).values);
}

/// The labels of an axis as the enum they name.
template <class Enum, std::size_t N>
std::vector<Enum> axis_choices(const Grid& grid, std::string_view name,
                               const Choices<Enum, N>& choices) {
  std::vector<Enum> out;
  for (const std::string& word : axis_values<std::string>(grid, name))
    out.push_back(choices.value(word));
  return out;
}

/// The axes of these names as ones of which a job chooses nothing, the names all there.
void settle(std::vector<Axis>& axes, const std::vector<std::string>& names);

/// 0, 1, ..., count - 1.
std::vector<std::int64_t> first_integers(std::int64_t count);

/// Axes row and column of square images, of which a job chooses nothing.
std::vector<Axis> pixel_axes(std::int64_t side);
/// The same behind channel.
std::vector<Axis> image_axes(std::int64_t channels, std::int64_t side);

/// `count` >= 2 angles, evenly from 0 to pi.
std::vector<double> angles(std::int64_t count);

/// Throws InputError unless a numeric axis holds at least `least` values, each larger than the one
/// before.
void require_increasing(const Grid& grid, std::string_view name, std::int64_t least = 1);

/// The values of axis `sample`, trajectories of which images are kept; throws InputError unless
/// they are below `count`, the value of experiment.`option`.
std::vector<std::int64_t> kept_samples(const Grid& grid, const char* option, std::int64_t count);

}  // namespace syncgap::experiments
