#include "core/axis_reading.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <string_view>

#include "core/check.h"
#include "core/numbers.h"
#include "core/options.h"
#include "core/spacing.h"

namespace syncgap {
namespace {

constexpr std::int64_t kMaxAxisValues = 50'000'000;
// Whole numbers beyond this are not exact in a double.
constexpr double kMaxWhole = 9e15;

/// Which axis is read, and where it was given: what every message says.
class AxisReader {
 public:
  AxisReader(const std::string& axis, const std::string& where) : axis_(axis), where_(where) {}

  AxisValues read(const toml::node& node) const {
    if (const toml::table* table = node.as_table()) return from_table(*table);
    return list(node);
  }

 private:
  template <class... Args>
  void require(bool condition, const char* problem, const Args&... advice) const {
    require_input(condition, "axis '", axis_, "' ", problem, " (", where_, "): ", advice...);
  }

  AxisValues from_table(const toml::table& table) const {
    AxisValues values;
    int generators = 0;
    double scale = 1;
    for (const auto& [key, value] : table) {
      const std::string_view word = key.str();
      if (word == "unit") {
        scale = unit(value);
        continue;
      }
      ++generators;
      if (word == "values")
        values = list(value);
      else if (word == "linspace")
        values = linspace(value);
      else if (word == "logspace")
        values = logspace(value);
      else if (word == "range")
        values = range(value);
      else
        throw InputError(unknown_name_message("key of axis '" + axis_ + "'", word, where_,
                                              {"values", "linspace", "logspace", "range", "unit"}));
    }
    require(generators == 1, "cannot be read",
            "give exactly one of values, linspace, logspace, range");
    return scale == 1 ? values : scaled(std::move(values), scale);
  }

  double unit(const toml::node& node) const {
    const auto text = node.value<std::string>();
    require(text == "pi" || text == "1", "has an unknown unit", "\"pi\" and \"1\" are known");
    return text == "pi" ? std::numbers::pi : 1.0;
  }

  AxisValues scaled(AxisValues values, double scale) const {
    if (const auto* integers = std::get_if<1>(&values))
      values = std::vector<double>(integers->begin(), integers->end());
    auto* reals = std::get_if<0>(&values);
    require(reals != nullptr, "has labels with a unit", "a unit needs numbers");
    for (double& x : *reals) x *= scale;
    return values;
  }

  AxisValues list(const toml::node& node) const {
    std::vector<double> reals;
    std::vector<std::int64_t> integers;
    std::vector<std::string> labels;
    auto add = [&](const toml::node& element) {
      if (const auto* v = element.as_integer()) {
        integers.push_back(**v);
        reals.push_back(to_real(**v));
      } else if (const auto* real = element.as_floating_point()) {
        reals.push_back(**real);
      } else if (const auto* text = element.as_string()) {
        require(is_plain_text(**text), "has a label with a control character", "remove it");
        labels.push_back(**text);
      } else {
        require(false, "has a value of an unknown kind", "axes hold numbers or labels");
      }
    };
    if (const toml::array* array = node.as_array())
      for (const auto& element : *array) add(element);
    else
      add(node);
    require(!labels.empty() || !reals.empty(), "has no values", "give it at least one");
    require(labels.empty() || reals.empty(), "mixes numbers and labels", "use one kind");
    if (!labels.empty()) return labels;
    if (integers.size() == reals.size()) return integers;
    return reals;
  }

  /// The numbers of a generator, finite, between `at_least` and `at_most` of them.
  std::vector<double> arguments(const toml::node& node, const char* form, std::size_t at_least,
                                std::size_t at_most) const {
    std::vector<double> out;
    bool complete = node.is_array();
    if (complete)
      for (const auto& element : *node.as_array()) {
        const auto number = element.is_number() ? element.value<double>() : std::optional<double>();
        complete = complete && number && std::isfinite(*number);
        if (complete) out.push_back(*number);
      }
    require(complete && out.size() >= at_least && out.size() <= at_most, "cannot be read", "write ",
            form);
    return out;
  }

  std::size_t count(double number) const {
    require_input(number >= 1 && number <= kMaxAxisValues && number == std::floor(number), "axis '",
                  axis_, "' asks for an impossible number of values (", where_, ", saw ", number,
                  "): give a whole number from 1 to ", kMaxAxisValues);
    return static_cast<std::size_t>(number);
  }

  std::vector<double> linspace(const toml::node& node) const {
    const auto a = arguments(node, "linspace = [first, last, count]", 3, 3);
    return evenly_spaced(a[0], a[1], count(a[2]));
  }

  std::vector<double> logspace(const toml::node& node) const {
    const auto a = arguments(node, "logspace = [first, last, count] with positive ends", 3, 3);
    require(a[0] > 0 && a[1] > 0, "has a logspace that is not positive",
            "give the first and last value themselves, not their exponents");
    return evenly_spaced_logarithms(a[0], a[1], count(a[2]));
  }

  AxisValues range(const toml::node& node) const {
    const auto a = arguments(node, "range = [from, to] or [from, to, step], `to` excluded", 2, 3);
    const double step = a.size() == 3 ? a[2] : 1.0;
    require(step != 0 && (a[1] - a[0]) / step > 0, "has an empty range",
            "`to` must lie beyond `from` in the direction of the step");
    // A tolerance of a millionth of a step keeps 0, 0.1, ... 0.9 from gaining a tenth 1.0.
    const std::size_t n = count(std::max(1.0, std::ceil((a[1] - a[0]) / step - 1e-6)));
    const bool whole = std::all_of(a.begin(), a.end(), [](double x) {
      return x == std::floor(x) && std::fabs(x) < kMaxWhole;
    });
    if (!whole) return stepped(a[0], step, n);
    std::vector<std::int64_t> out(n);
    for (std::size_t i = 0; i < n; ++i)
      out[i] = static_cast<std::int64_t>(a[0]) +
               static_cast<std::int64_t>(i) * static_cast<std::int64_t>(step);
    return out;
  }

  const std::string& axis_;
  const std::string& where_;
};

}  // namespace

AxisValues read_axis_values(const std::string& axis, const toml::node& node,
                            const std::string& where) {
  return AxisReader(axis, where).read(node);
}

}  // namespace syncgap
