#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace syncgap {

/// What one option can hold. Lists are homogeneous.
using OptionValue = std::variant<bool, std::int64_t, double, std::string, std::vector<double>,
                                 std::vector<std::string>>;

/// Renders a value as it would be written in TOML, with the digits that give it back exactly.
std::string to_toml(const OptionValue& value);

/// False for text with control characters: line ends would break messages, NUL would cut it short
/// in the record.
bool is_plain_text(std::string_view text);

/// One option: its name, meaning and limits, bound to the struct member that holds it.
class Option {
 public:
  /// `set` returns false for a whole number its member cannot hold.
  Option(std::string name, std::string symbol, std::string doc, std::function<OptionValue()> get,
         std::function<bool(const OptionValue&)> set);

  /// Inclusive and exclusive limits for numbers (every element of a list).
  Option& at_least(double limit);
  Option& at_most(double limit);
  Option& above(double limit);
  Option& below(double limit);
  /// The only strings allowed.
  Option& one_of(std::vector<std::string> choices);
  /// Physical unit, shown by `syncgap options`.
  Option& unit(std::string text);

  const std::string& name() const { return name_; }
  const std::string& symbol() const { return symbol_; }
  const std::string& doc() const { return doc_; }
  const std::string& unit_text() const { return unit_; }
  const OptionValue& default_value() const { return default_; }
  /// The limits in words, empty when there are none.
  std::string limits_text() const;
  OptionValue value() const { return get_(); }
  /// Sets the bound member. Converts integers to reals; throws InputError naming `where` for a
  /// value of another type or outside the limits.
  void set(const OptionValue& value, std::string_view where);

 private:
  void check_limits(const OptionValue& value, std::string_view where) const;

  std::string name_, symbol_, doc_, unit_;
  std::function<OptionValue()> get_;
  std::function<bool(const OptionValue&)> set_;
  OptionValue default_;
  std::optional<double> at_least_, at_most_, above_, below_;
  std::vector<std::string> choices_;
};

/// The options of one experiment, in the order they were described. The table refers to the members
/// of a struct that must outlive it and stay where it is.
class OptionTable {
 public:
  /// Binds `member`; its present value is the default.
  template <class T>
  Option& add(std::string name, T& member, std::string symbol, std::string doc);

  /// Sets one option; an unknown name throws InputError that offers the nearest known one.
  void set(std::string_view name, const OptionValue& value, std::string_view where);

  const std::vector<Option>& all() const { return options_; }
  std::vector<std::string> names() const;

 private:
  Option& append(Option option);

  std::vector<Option> options_;
};

/// The known name closest to `name` by edit distance, if any is close enough to be a typo.
std::optional<std::string> nearest_name(std::string_view name,
                                        const std::vector<std::string>& known);

/// "unknown key 'trails' (job.toml:4); did you mean 'trials'?" or the list of what is known.
std::string unknown_name_message(std::string_view kind, std::string_view name,
                                 std::string_view where, const std::vector<std::string>& known);

template <class T>
Option& OptionTable::add(std::string name, T& member, std::string symbol, std::string doc) {
  auto get = [&member]() -> OptionValue {
    if constexpr (std::is_same_v<T, bool>)
      return member;
    else if constexpr (std::is_integral_v<T>)
      return static_cast<std::int64_t>(member);
    else
      return member;
  };
  auto set = [&member](const OptionValue& value) {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      if (!std::in_range<T>(std::get<std::int64_t>(value))) return false;
      member = static_cast<T>(std::get<std::int64_t>(value));
    } else {
      member = std::get<T>(value);
    }
    return true;
  };
  return append(Option(std::move(name), std::move(symbol), std::move(doc), get, set));
}

}  // namespace syncgap
