#pragma once

#include <string>
#include <string_view>

namespace syncgap {

/// The same TOML without what 1.1 adds to inline tables (line breaks, comments, a comma at the
/// end), for a parser of 1.0. Lines behind such a table keep their numbers; what is wrong inside
/// is on its first line. Text that is not TOML stays as wrong as it was.
std::string without_breaks_in_inline_tables(std::string_view text);

}  // namespace syncgap
