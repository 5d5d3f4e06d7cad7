#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/choices.h"
#include "core/numbers.h"

namespace syncgap {

/// What one option can hold. Lists are homogeneous.
using OptionValue = std::variant<bool, std::int64_t, double, std::string, std::vector<double>,
                                 std::vector<std::string>>;

/// Renders a value as it would be written in TOML, with the digits that give it back exactly.
std::string to_toml(const OptionValue& value);

/// False for text with control characters: line ends would break messages, NUL would cut it short
/// in the record.
bool is_plain_text(std::string_view text);

/// `path` with the user's folder (HOME) for ~/ at its beginning, as a shell would have read it; a
/// job has no shell.
std::string with_home(const std::string& path);

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
  /// Says where and how, not what: a folder, a device to look for, how often to keep a checkpoint.
  /// Such an option decides no number and may change between runs of one record.
  Option& place();
  /// Names a file or folder: ~/ at its beginning becomes the user's folder.
  Option& path();
  /// Goes with one value of another option, a choice: with others it decides nothing, is not
  /// recorded, and is refused where a job sets it beside them.
  Option& only_with(const Option& choice, std::string word);
  /// Came after records and models that lack it, which were made with `before`: identities leave
  /// that value out, so that they are found again.
  Option& was(OptionValue before);

  const std::string& name() const { return name_; }
  const std::string& symbol() const { return symbol_; }
  const std::string& doc() const { return doc_; }
  const std::string& unit_text() const { return unit_; }
  const OptionValue& default_value() const { return default_; }
  /// The only strings allowed; empty: any.
  const std::vector<std::string>& choices() const { return choices_; }
  /// The limits in words, empty when there are none.
  std::string limits_text() const;
  OptionValue value() const { return get_(); }
  /// False for one that goes with another value of the option that it belongs to.
  bool applies() const { return !choice_ || choice_->value() == OptionValue(word_); }
  /// The option that it belongs to; nullptr: none.
  const Option* choice() const { return choice_.get(); }
  /// 'network = "dit"': what it goes with; empty: anything.
  std::string condition_text() const;
  /// False for one that only says where and how, or does not apply, or is as it always was.
  bool decides() const { return !place_ && applies() && (!before_ || value() != *before_); }
  /// Sets the bound member. Converts integers to reals, and reals that are whole; throws InputError
  /// naming `where` for a value of another type or outside the limits.
  void set(const OptionValue& value, std::string_view where);

 private:
  void check_limits(const OptionValue& value, std::string_view where) const;

  std::string name_, symbol_, doc_, unit_;
  std::function<OptionValue()> get_;
  std::function<bool(const OptionValue&)> set_;
  OptionValue default_;
  std::optional<double> at_least_, at_most_, above_, below_;
  std::vector<std::string> choices_;
  std::optional<OptionValue> before_;
  std::shared_ptr<const Option> choice_;  // a copy, bound to the same member
  std::string word_;                      // of the choice
  bool place_ = false, path_ = false;
};

/// The options of one experiment, in the order they were described. The table refers to the members
/// of a struct that must outlive it and stay where it is.
class OptionTable {
 public:
  /// Binds `member`; its present value is the default.
  template <class T>
  Option& add(std::string name, T& member, std::string symbol, std::string doc);
  /// A choice, or a list of them: the member is the enum, the table has its words.
  template <class Enum, std::size_t N>
  Option& add(std::string name, Enum& member, const Choices<Enum, N>& choices, std::string symbol,
              std::string doc);
  template <class Enum, std::size_t N>
  Option& add(std::string name, std::vector<Enum>& member, const Choices<Enum, N>& choices,
              std::string symbol, std::string doc);

  /// Sets one option; an unknown name throws InputError that offers the nearest known one.
  void set(std::string_view name, const OptionValue& value, std::string_view where);

  /// Options that `describe` adds go with one value of the option `choice`, which is there.
  void only_with(std::string_view choice, const std::string& word,
                 const std::function<void()>& describe);
  /// One that is there; an unknown name throws InputError that offers the nearest known one.
  Option& option(std::string_view name, std::string_view where);

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
      return std::int64_t{member};
    else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>)
      return std::vector<double>(member.begin(), member.end());
    else
      return member;
  };
  auto set = [&member](const OptionValue& value) {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      if (!std::in_range<T>(std::get<std::int64_t>(value))) return false;
      member = static_cast<T>(std::get<std::int64_t>(value));
    } else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) {
      const auto& numbers = std::get<std::vector<double>>(value);
      for (const double x : numbers)
        if (!is_whole(x)) return false;
      member.assign(numbers.begin(), numbers.end());
    } else {
      member = std::get<T>(value);
    }
    return true;
  };
  return append(Option(std::move(name), std::move(symbol), std::move(doc), get, set));
}

template <class Enum, std::size_t N>
Option& OptionTable::add(std::string name, Enum& member, const Choices<Enum, N>& choices,
                         std::string symbol, std::string doc) {
  auto get = [&member, &choices]() -> OptionValue { return std::string(choices.word(member)); };
  auto set = [&member, &choices](const OptionValue& value) {
    member = choices.value(std::get<std::string>(value));
    return true;
  };
  return append(Option(std::move(name), std::move(symbol), std::move(doc), get, set))
      .one_of(choices.words());
}

template <class Enum, std::size_t N>
Option& OptionTable::add(std::string name, std::vector<Enum>& member,
                         const Choices<Enum, N>& choices, std::string symbol, std::string doc) {
  auto get = [&member, &choices]() -> OptionValue {
    std::vector<std::string> words;
    words.reserve(member.size());
    for (const Enum each : member) words.emplace_back(choices.word(each));
    return words;
  };
  auto set = [&member, &choices](const OptionValue& value) {
    member.clear();
    for (const std::string& word : std::get<std::vector<std::string>>(value))
      member.push_back(choices.value(word));
    return true;
  };
  return append(Option(std::move(name), std::move(symbol), std::move(doc), get, set))
      .one_of(choices.words());
}

}  // namespace syncgap
