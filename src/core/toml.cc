#include "core/toml.h"

#include <algorithm>
#include <cstddef>

#include "core/check.h"

namespace syncgap {
namespace {

/// Presentation forms from U+FB26 on, three bytes each: the parser's table of spaces ends before
/// them. The byte order mark behind them is foreseen.
bool is_unforeseen(unsigned char first, unsigned char second, unsigned char third) {
  if (first != 0xEF) return false;
  const unsigned code = 0xF000U | (second & 0x3FU) << 6 | (third & 0x3FU);
  return code >= 0xFB26 && code < 0xFEFF;
}

}  // namespace

toml::table parse_toml(std::string_view text, std::string_view source) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  for (std::size_t at = 0; at + 2 < text.size(); ++at)
    require_input(
        !is_unforeseen(byte(at), byte(at + 1), byte(at + 2)),
        "the job holds a character that cannot be read (", std::string(source), ":",
        1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'),
        ", saw ", std::string(text.substr(at, 3)),
        "): write it without presentation forms of letters");
  return toml::parse(text, source);
}

}  // namespace syncgap
