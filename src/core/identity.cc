#include "core/identity.h"

#include <sstream>
#include <type_traits>
#include <variant>

#include "core/check.h"
#include "core/checksum.h"
#include "core/version.h"

namespace syncgap {

std::string axis_text(const Axis& axis) {
  // Long axes are told apart by a checksum of their exact values.
  constexpr std::int64_t kShown = 24;
  if (axis.size() <= kShown) {
    std::string text = "[";
    for (std::int64_t i = 0; i < axis.size(); ++i) text += (i ? ", " : "") + axis.text(i);
    return text + "]";
  }
  Checksum checksum;
  std::visit(
      [&](const auto& list) {
        for (const auto& value : list) {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>)
            checksum.add(value.c_str(), value.size() + 1);
          else
            checksum.add(&value, sizeof value);
        }
      },
      axis.values);
  return concat(axis.size(), " values from ", axis.text(0), " to ", axis.text(axis.size() - 1),
                ", checksum ", checksum_text(checksum.value()));
}

std::string facts_text(const Facts& facts) {
  std::string text;
  for (const Fact& fact : facts) text += fact.name + " = " + fact.value + '\n';
  return text;
}

std::string facts_line(const Facts& facts) {
  std::string text;
  for (const Fact& fact : facts)
    text += (text.empty() ? "" : ", ") + fact.name + " = " + fact.value;
  return text;
}

Facts deciding_options(const OptionTable& table) {
  Facts facts;
  for (const Option& option : table.all())
    if (option.decides()) facts.push_back({option.name(), to_toml(option.value())});
  return facts;
}

std::string RecordIdentity::text() const {
  std::ostringstream out;
  out << "experiment = " << experiment << '\n';
  for (const Fact& option : deciding_options(options))
    out << "option " << option.name << " = " << option.value << '\n';
  for (const Axis& axis : grid.axes())
    out << (axis.role == AxisRole::split ? "split" : "captured") << " axis " << axis.name << " = "
        << axis_text(axis) << '\n';
  for (const Observable& observable : observables) {
    out << "observable " << observable.name << " = over";
    for (const std::string& axis : observable.captured) out << ' ' << axis;
    out << '\n';
  }
  for (const Fact& fact : facts) out << "fact " << fact.name << " = " << fact.value << '\n';
  out << "seed = " << sweep_seed << '\n';
  out << "random numbers = " << kRandomContract << '\n';
  return out.str();
}

}  // namespace syncgap
