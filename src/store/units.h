#pragma once

#include <string>

namespace syncgap::store {

/// The attribute `units` of something measured in `unit`: the unit itself where UDUNITS, pint and
/// scipp all read it, else "1". They refuse "time" and "step", and take "nat" for a pressure.
std::string standard_units(const std::string& unit);

/// The attribute `long_name`: it ends with the unit in parentheses where `units` cannot say it.
std::string long_name(const std::string& meaning, const std::string& unit);
/// What `long_name` was made from.
std::string meaning_of(const std::string& long_name, const std::string& unit);

}  // namespace syncgap::store
