#pragma once

// toml++ states what it takes for granted of a text's characters, and a mistake in a job file can
// break it: asserted, that would end the program; assumed, it would leave it undefined. Its checks
// behind those statements give the message, so they are left out in every build.
#define TOML_ASSERT(expression) static_assert(true)
#pragma push_macro("NDEBUG")
#undef NDEBUG
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include <string_view>

namespace syncgap {

/// The table of a text; throws toml::parse_error, and InputError for a character that the parser
/// does not foresee (it computes with it all the same).
toml::table parse_toml(std::string_view text, std::string_view source);

}  // namespace syncgap
