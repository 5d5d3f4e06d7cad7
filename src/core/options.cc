#include "core/options.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "core/check.h"

namespace syncgap {
namespace {

std::string number_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char text[40];
  for (int digits = 6; digits <= 17; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    if (std::strtod(text, nullptr) == value) break;
  }
  std::string out = text;
  if (out.find_first_of(".e") == std::string::npos) out += ".0";
  return out;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (is_plain_text({&c, 1})) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    } else {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04X", static_cast<unsigned char>(c));
      out += code;
    }
  }
  return out + "\"";
}

const char* type_name(const OptionValue& value) {
  static constexpr const char* names[] = {"true or false",     "a whole number",
                                          "a number",          "a string",
                                          "a list of numbers", "a list of strings"};
  return names[value.index()];
}

template <class T, class Render>
std::string list_text(const std::vector<T>& list, Render render) {
  std::string out = "[";
  for (std::size_t i = 0; i < list.size(); ++i) out += (i ? ", " : "") + render(list[i]);
  return out + "]";
}

}  // namespace

bool is_plain_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 32 || c == 127; });
}

std::string with_home(const std::string& path) {
  const char* home = std::getenv("HOME");
  const bool of_user = path == "~" || path.compare(0, 2, "~/") == 0;
  return of_user && home != nullptr ? home + path.substr(1) : path;
}

std::string to_toml(const OptionValue& value) {
  struct Renderer {
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const { return number_text(v); }
    std::string operator()(const std::string& v) const { return quoted(v); }
    std::string operator()(const std::vector<double>& v) const { return list_text(v, number_text); }
    std::string operator()(const std::vector<std::string>& v) const { return list_text(v, quoted); }
  };
  return std::visit(Renderer{}, value);
}

Option::Option(std::string name, std::string symbol, std::string doc,
               std::function<OptionValue()> get, std::function<bool(const OptionValue&)> set)
    : name_(std::move(name)),
      symbol_(std::move(symbol)),
      doc_(std::move(doc)),
      get_(std::move(get)),
      set_(std::move(set)),
      default_(get_()) {}

Option& Option::at_least(double limit) { return at_least_ = limit, *this; }
Option& Option::at_most(double limit) { return at_most_ = limit, *this; }
Option& Option::above(double limit) { return above_ = limit, *this; }
Option& Option::below(double limit) { return below_ = limit, *this; }
Option& Option::one_of(std::vector<std::string> choices) {
  choices_ = std::move(choices);
  return *this;
}
Option& Option::unit(std::string text) {
  unit_ = std::move(text);
  return *this;
}

Option& Option::place() { return place_ = true, *this; }
Option& Option::path() { return path_ = true, *this; }
Option& Option::only_with(const Option& choice, std::string word) {
  choice_ = std::make_shared<const Option>(choice);
  word_ = std::move(word);
  return *this;
}
Option& Option::was(OptionValue before) { return before_ = std::move(before), *this; }

std::string Option::condition_text() const {
  return choice_ ? choice_->name() + " = " + quoted(word_) : "";
}

std::string Option::limits_text() const {
  std::vector<std::string> parts;
  auto bound = [&](const std::optional<double>& limit, const char* sign) {
    if (!limit) return;
    std::ostringstream out;
    out << sign << ' ' << *limit;
    parts.push_back(out.str());
  };
  bound(at_least_, ">=");
  bound(above_, ">");
  bound(at_most_, "<=");
  bound(below_, "<");
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
  if (!choices_.empty()) {
    text = "one of";
    for (const auto& choice : choices_) text += " " + choice;
  }
  return text;
}

void Option::set(const OptionValue& value, std::string_view where) {
  OptionValue converted = value;
  if (std::holds_alternative<double>(default_) && std::holds_alternative<std::int64_t>(value))
    converted = static_cast<double>(std::get<std::int64_t>(value));
  // 1e5 is how people write a hundred thousand.
  if (const auto* x = std::get_if<double>(&value);
      x && std::holds_alternative<std::int64_t>(default_) && is_whole(*x))
    converted = static_cast<std::int64_t>(*x);
  // An empty list has no element type of its own.
  if (const auto* list = std::get_if<std::vector<double>>(&value);
      list && list->empty() && std::holds_alternative<std::vector<std::string>>(default_))
    converted = std::vector<std::string>{};
  require_input(converted.index() == default_.index(), "option '", name_, "' takes ",
                type_name(default_), " (", where, ", saw ", to_toml(value), "): the default is ",
                to_toml(default_));
  if (auto* text = std::get_if<std::string>(&converted); path_ && text != nullptr)
    *text = with_home(*text);
  check_limits(converted, where);
  const bool is_list = std::holds_alternative<std::vector<double>>(converted);
  require_input(set_(converted), "option '", name_, "' ",
                is_list ? "takes a list of whole numbers (" : "is out of range (", where, ", saw ",
                to_toml(value), "): ",
                is_list ? "the default is " + to_toml(default_)
                        : std::string("it does not fit the type of the option"));
}

void Option::check_limits(const OptionValue& value, std::string_view where) const {
  auto in_range = [&](double x) {
    return (!at_least_ || x >= *at_least_) && (!at_most_ || x <= *at_most_) &&
           (!above_ || x > *above_) && (!below_ || x < *below_);
  };
  bool finite = true;
  if (const auto* x = std::get_if<double>(&value)) finite = std::isfinite(*x);
  if (const auto* list = std::get_if<std::vector<double>>(&value))
    finite = std::all_of(list->begin(), list->end(), [](double x) { return std::isfinite(x); });
  const std::string limits = limits_text();
  require_input(finite, "option '", name_, "' is not finite (", where, ", saw ", to_toml(value),
                "): give a finite number", limits.empty() ? "" : ", ", limits);
  auto allowed = [&](const std::string& text) {
    return choices_.empty() || std::find(choices_.begin(), choices_.end(), text) != choices_.end();
  };
  bool ok = true;
  if (const auto* i = std::get_if<std::int64_t>(&value)) ok = in_range(static_cast<double>(*i));
  if (const auto* x = std::get_if<double>(&value)) ok = in_range(*x);
  if (const auto* text = std::get_if<std::string>(&value)) ok = allowed(*text);
  if (const auto* list = std::get_if<std::vector<double>>(&value))
    ok = std::all_of(list->begin(), list->end(), in_range);
  if (const auto* list = std::get_if<std::vector<std::string>>(&value))
    ok = std::all_of(list->begin(), list->end(), allowed);
  const auto plain = [](const std::string& text) { return is_plain_text(text); };
  const auto* one = std::get_if<std::string>(&value);
  const auto* many = std::get_if<std::vector<std::string>>(&value);
  require_input((one == nullptr || plain(*one)) &&
                    (many == nullptr || std::all_of(many->begin(), many->end(), plain)),
                "option '", name_, "' has a control character (", where, ", saw ", to_toml(value),
                "): remove it");
  require_input(ok, "option '", name_, "' is out of range (", where, ", saw ", to_toml(value),
                "): it must be ", limits);
}

Option& OptionTable::append(Option option) {
  for (const Option& other : options_)
    if (other.name() == option.name())
      throw std::logic_error("option '" + option.name() + "' is described twice");
  options_.push_back(std::move(option));
  return options_.back();
}

std::vector<std::string> OptionTable::names() const {
  std::vector<std::string> out;
  for (const auto& option : options_) out.push_back(option.name());
  return out;
}

void OptionTable::only_with(std::string_view choice, const std::string& word,
                            const std::function<void()>& describe) {
  const std::size_t first = options_.size();
  describe();
  const Option& chosen = option(choice, "the table of options");
  for (std::size_t k = first; k < options_.size(); ++k) options_[k].only_with(chosen, word);
}

Option& OptionTable::option(std::string_view name, std::string_view where) {
  for (auto& option : options_)
    if (option.name() == name) return option;
  throw InputError(unknown_name_message("option", name, where, names()));
}

void OptionTable::set(std::string_view name, const OptionValue& value, std::string_view where) {
  option(name, where).set(value, where);
}

std::optional<std::string> nearest_name(std::string_view name,
                                        const std::vector<std::string>& known) {
  auto distance = [](std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= b.size(); ++j) {
        const std::size_t above = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
        diagonal = above;
      }
    }
    return row[b.size()];
  };
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(2, name.size() / 3) + 1;
  if (name.size() > 200) return best;
  for (const auto& candidate : known) {
    const std::size_t d = distance(name, candidate);
    if (d < best_distance) best_distance = d, best = candidate;
  }
  return best;
}

std::string unknown_name_message(std::string_view kind, std::string_view name,
                                 std::string_view where, const std::vector<std::string>& known) {
  std::string message = concat("unknown ", kind, " '", name, "' (", where, ")");
  if (const auto near = nearest_name(name, known))
    return message + ": did you mean '" + *near + "'?";
  if (known.empty()) return message + ": there are none";
  message += ": known are";
  for (const auto& candidate : known) message += " " + candidate;
  return message;
}

}  // namespace syncgap
