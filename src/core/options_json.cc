#include "core/options_json.h"

#include <sstream>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <toml++/toml.h>

namespace syncgap {
namespace {

std::string json(const toml::table& table) {
  std::ostringstream out;
  out << toml::json_formatter{table};
  return out.str();
}

}  // namespace

std::string options_json(const OptionTable& table) {
  toml::table object;
  for (const Option& option : table.all()) {
    if (!option.applies()) continue;
    std::visit(
        [&](const auto& value) {
          using T = std::decay_t<decltype(value)>;
          if constexpr (std::is_same_v<T, std::vector<double>> ||
                        std::is_same_v<T, std::vector<std::string>>) {
            toml::array array;
            for (const auto& element : value) array.push_back(element);
            object.insert_or_assign(option.name(), std::move(array));
          } else {
            object.insert_or_assign(option.name(), value);
          }
        },
        option.value());
  }
  return json(object);
}

std::string option_docs_json(const OptionTable& table) {
  toml::table object;
  for (const Option& option : table.all())
    if (option.applies())
      object.insert_or_assign(option.name(), toml::table{{"symbol", option.symbol()},
                                                         {"unit", option.unit_text()},
                                                         {"doc", option.doc()},
                                                         {"limits", option.limits_text()}});
  return json(object);
}

}  // namespace syncgap
