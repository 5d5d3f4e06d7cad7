#include "core/override_reading.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string_view>

namespace syncgap {
namespace {

std::optional<toml::table> parse_value(const std::string& text) {
  try {
    toml::table table = toml::parse("value = " + text);
    if (table.size() == 1 && table.contains("value")) return table;
  } catch (const toml::parse_error&) {
  }
  return std::nullopt;
}

/// Numbers as TOML writes them: .5 is 0.5 and 5. is 5.0. Text in quotes stays.
std::string with_zeros(const std::string& text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? text[i] : ' '; };
  const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  const auto is_one_of = [](char c, const char* list) {
    return std::string_view(list).find(c) != std::string_view::npos;
  };
  std::string out;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0' || c == '"' || c == '\'') {
      if (quote == '\0')
        quote = c;
      else if (c == quote)
        quote = '\0';
      out += c;
      continue;
    }
    const char before = i > 0 ? text[i - 1] : ' ', after = at(i + 1);
    if (c == '.' && is_digit(after) && is_one_of(before, " \t[,={+-")) out += '0';
    out += c;
    if (c == '.' && is_digit(before) && is_one_of(after, " \t],}eE")) out += '0';
  }
  return out;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// A bare word is what the user of a shell means by a string.
std::optional<toml::table> one_value(const std::string& text) {
  if (auto table = parse_value(with_zeros(text))) return table;
  if (text.empty() || text.find_first_of("[]{}=\"'\n") != std::string::npos) return std::nullopt;
  return toml::table{{"value", text}};
}

/// The values between commas; nothing where one of them is none.
std::optional<toml::array> list_of_values(const std::string& text) {
  toml::array list;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const auto element = one_value(trimmed(text.substr(begin, end - begin)));
    if (!element) return std::nullopt;
    list.push_back(*element->get("value"));
    begin = end + 1;
  }
  return list;
}

}  // namespace

std::optional<toml::table> read_override_value(const std::string& text, Commas commas) {
  if (auto table = parse_value(text)) return table;
  if (auto table = parse_value(with_zeros(text))) return table;
  std::string inner = trimmed(text);
  const bool bracketed = inner.size() >= 2 && inner.front() == '[' && inner.back() == ']';
  if (bracketed) inner = inner.substr(1, inner.size() - 2);
  const bool many = inner.find(',') != std::string::npos;
  if (bracketed || (many && commas != Commas::are_text)) {
    const auto list = list_of_values(inner);
    const bool numbers = list && list->is_homogeneous() && list->front().is_number();
    if (list && (bracketed || commas == Commas::separate || numbers))
      return toml::table{{"value", *list}};
    if (commas == Commas::separate) return std::nullopt;
  }
  return one_value(text);
}

}  // namespace syncgap
