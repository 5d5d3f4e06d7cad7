#include "experiments/shared/axis_values.h"

#include <algorithm>
#include <functional>
#include <numbers>
#include <numeric>
#include <string>
#include <type_traits>

#include "core/check.h"
#include "core/numbers.h"

namespace syncgap::experiments {

void settle(std::vector<Axis>& axes, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto found =
        std::find_if(axes.begin(), axes.end(), [&](const Axis& axis) { return axis.name == name; });
    SYNCGAP_EXPECTS(found != axes.end(), name);
    found->choice = AxisChoice::nothing;
  }
}

std::vector<std::int64_t> first_integers(std::int64_t count) {
  std::vector<std::int64_t> values(count);
  std::iota(values.begin(), values.end(), std::int64_t{0});
  return values;
}

std::vector<Axis> pixel_axes(std::int64_t side) {
  std::vector<Axis> axes = {
      {"row", AxisRole::captured, first_integers(side), "pixel row", "pixel"},
      {"column", AxisRole::captured, first_integers(side), "pixel column", "pixel"}};
  settle(axes, {"row", "column"});
  return axes;
}

std::vector<Axis> image_axes(std::int64_t channels, std::int64_t side) {
  std::vector<Axis> axes = pixel_axes(side);
  axes.insert(axes.begin(),
              {"channel", AxisRole::captured, first_integers(channels), "colour of a pixel"});
  settle(axes, {"channel"});
  return axes;
}

std::vector<double> angles(std::int64_t count) {
  SYNCGAP_EXPECTS(count >= 2);
  std::vector<double> values(count);
  for (std::int64_t i = 0; i < count; ++i)
    values[i] = std::numbers::pi * to_real(i) / to_real(count - 1);
  return values;
}

void require_increasing(const Grid& grid, std::string_view name, std::int64_t least) {
  const Axis& axis = grid.axis(name);
  const auto increases = [](const auto& values) {
    return std::adjacent_find(values.begin(), values.end(), std::greater_equal<>()) == values.end();
  };
  require_input(axis.size() >= least, "an axis has too few values (axes.", name, ", saw ",
                axis.size(), "): give at least ", least);
  require_input(std::visit(increases, axis.values), "the values of an axis do not increase (axes.",
                name, "): give each larger than the one before");
}

std::vector<std::int64_t> kept_samples(const Grid& grid, const char* option, std::int64_t count) {
  std::vector<std::int64_t> samples = axis_values<std::int64_t>(grid, "sample");
  for (const std::int64_t sample : samples)
    require_input(sample >= 0 && sample < count,
                  "there is no such trajectory to keep (axes.sample, saw ", sample,
                  "): give numbers below ", count, ", or more experiment.", option);
  return samples;
}

}  // namespace syncgap::experiments
