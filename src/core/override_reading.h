#pragma once

#include <optional>
#include <string>

#include <toml++/toml.h>

namespace syncgap {

/// What commas in the value of an override do where there are no brackets around it.
enum class Commas {
  separate,          ///< a list: axes
  separate_numbers,  ///< a list of numbers, or text that has commas in it: options
  are_text,          ///< settings of the run, none of which is a list
};

/// The value of an override as a table with the one key `value`: TOML, or what a shell leaves of
/// it or its user thinks is enough: late, [late,early] without quotes, 0.1,0.2 without brackets,
/// [.1,.2] without zeros. Nothing where it is none of these.
std::optional<toml::table> read_override_value(const std::string& text, Commas commas);

}  // namespace syncgap
