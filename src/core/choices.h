#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace syncgap {

/// The words of an enum: one table that declares an option or axis, reads it and prints it.
///   inline constexpr Choices kPairings{std::pair{Pairing::main, "main"},
///                                      std::pair{Pairing::control, "control"}};
template <class Enum, std::size_t N>
class Choices {
 public:
  template <class... Pairs>
  constexpr explicit Choices(Pairs... pairs) : table_{pairs...} {}

  /// In the order of the table.
  std::vector<std::string> words() const {
    std::vector<std::string> out;
    for (const auto& [value, word] : table_) out.emplace_back(word);
    return out;
  }
  const char* word(Enum value) const {
    for (const auto& [each, word] : table_)
      if (each == value) return word;
    throw std::out_of_range("an enum value without a word");
  }
  std::optional<Enum> find(std::string_view word) const {
    for (const auto& [value, each] : table_)
      if (word == each) return value;
    return std::nullopt;
  }
  /// Of a word that was checked where it was read.
  Enum value(std::string_view word) const {
    if (const auto found = find(word)) return *found;
    throw std::out_of_range("'" + std::string(word) + "' is not one of the choices");
  }

 private:
  std::array<std::pair<Enum, const char*>, N> table_;
};

template <class Enum, class... Rest>
Choices(std::pair<Enum, const char*>, Rest...) -> Choices<Enum, 1 + sizeof...(Rest)>;

}  // namespace syncgap
