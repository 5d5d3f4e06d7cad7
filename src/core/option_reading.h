#pragma once

#include <string>

#include <toml++/toml.h>

#include "core/options.h"

namespace syncgap {

/// What a job gives for an option: true or false, a number, a string, a list of numbers or of
/// strings. Throws InputError that names the option and `where` for anything else.
OptionValue read_option_value(const std::string& name, const toml::node& node,
                              const std::string& where);

/// Seconds of "days-hours:minutes:seconds", the days optional: the walltime of a run; throws
/// InputError naming `where`.
double clock_seconds(const std::string& text, const std::string& where);

}  // namespace syncgap
