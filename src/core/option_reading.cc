#include "core/option_reading.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/check.h"

namespace syncgap {

OptionValue read_option_value(const std::string& name, const toml::node& node,
                              const std::string& where) {
  if (const auto* v = node.as_boolean()) return **v;
  if (const auto* v = node.as_integer()) return static_cast<std::int64_t>(**v);
  if (const auto* v = node.as_floating_point()) return **v;
  if (const auto* v = node.as_string()) return **v;
  const toml::array* array = node.as_array();
  require_input(array != nullptr, "option '", name, "' has a value of an unknown kind (", where,
                "): give true/false, a number, a string or a list of numbers or strings");
  std::vector<double> numbers;
  std::vector<std::string> strings;
  for (const auto& element : *array) {
    if (const auto* v = element.as_integer()) {
      numbers.push_back(static_cast<double>(**v));
    } else if (const auto* real = element.as_floating_point()) {
      numbers.push_back(**real);
    } else if (const auto* text = element.as_string()) {
      strings.push_back(**text);
    } else {
      throw InputError(concat("option '", name, "' has a list element of an unknown kind (", where,
                              "): lists hold numbers or strings"));
    }
  }
  require_input(numbers.empty() || strings.empty(), "option '", name,
                "' mixes numbers and strings in one list (", where, "): use one kind");
  if (!strings.empty()) return strings;
  return numbers;
}

double clock_seconds(const std::string& text, const std::string& where) {
  const auto refuse = [&] {
    throw InputError(
        concat("option 'walltime' cannot be read (", where, ", saw \"", text,
               "\"): write seconds, \"hours:minutes:seconds\" or \"days-hours:minutes:seconds\""));
  };
  // A number of up to six digits and what ends it; none ends the last.
  std::size_t at = 0;
  const auto number = [&](std::optional<char> end) {
    const std::size_t first = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    if (at == first || at - first > 6) refuse();
    if (end ? at == text.size() || text[at] != *end : at != text.size()) refuse();
    return std::stod(text.substr(first, at++ - first));
  };
  const double days = text.find('-') == std::string::npos ? 0 : number('-');
  const double hours = number(':'), minutes = number(':'), seconds = number(std::nullopt);
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

}  // namespace syncgap
