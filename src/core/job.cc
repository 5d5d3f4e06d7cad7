#include "core/job.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include <toml++/toml.h>

#include "core/axis_reading.h"
#include "core/check.h"

namespace syncgap {
namespace {

std::string place(const std::string& source, const toml::node& node) {
  const auto line = node.source().begin.line;
  return line > 0 ? concat(source, ":", line) : source;
}

/// Collects the settings of one `[experiment] [axes] [run]` triple; later calls override earlier
/// ones.
class Collector {
 public:
  explicit Collector(Job& job) : job_(job) {}

  void section(const std::string& name, const toml::node& node, const std::string& source) {
    const toml::table* table = node.as_table();
    require_input(table != nullptr, "'", name, "' must be a table (", place(source, node),
                  "): write [", name, "]");
    for (const auto& [key, value] : *table)
      entry(name, std::string(key.str()), value, place(source, value));
  }

  void entry(const std::string& section, const std::string& key, const toml::node& value,
             const std::string& where) {
    if (section == "axes") {
      replace(job_.axes, {key, read_axis_values(key, value, where), where});
    } else if (section == "run") {
      OptionTable table = job_.run.table();
      if (key == "walltime" && value.is_string())
        table.set(key, clock_seconds(**value.as_string(), where), where);
      else if (const auto* clock = value.as_time(); key == "walltime" && clock != nullptr)
        // Without quotes TOML takes 01:30:00 for a time of day.
        table.set(key, (clock->get().hour * 60. + clock->get().minute) * 60 + clock->get().second,
                  where);
      else
        table.set(key, option_value(key, value, where), where);
    } else if (key == "name") {
      require_input(value.is_string(), "'experiment.name' takes a string (", where,
                    "): see `syncgap experiments`");
      job_.experiment = **value.as_string();
      job_.experiment_where = where;
    } else {
      replace(job_.options, {key, option_value(key, value, where), where});
    }
  }

 private:
  template <class Value>
  static void replace(std::vector<Setting<Value>>& list, Setting<Value> setting) {
    for (auto& existing : list)
      if (existing.key == setting.key) {
        existing = std::move(setting);
        return;
      }
    list.push_back(std::move(setting));
  }

  static OptionValue clock_seconds(const std::string& text, const std::string& where) {
    static const std::regex form(R"((?:(\d{1,6})-)?(\d{1,6}):(\d{1,6}):(\d{1,6}))");
    std::smatch parts;
    require_input(
        std::regex_match(text, parts, form), "option 'walltime' cannot be read (", where,
        ", saw \"", text,
        "\"): write seconds, \"hours:minutes:seconds\" or \"days-hours:minutes:seconds\"");
    const auto number = [&](int part) { return parts[part].matched ? std::stod(parts[part]) : 0.; };
    return ((number(1) * 24 + number(2)) * 60 + number(3)) * 60 + number(4);
  }

  static OptionValue option_value(const std::string& key, const toml::node& node,
                                  const std::string& where) {
    if (const auto* v = node.as_boolean()) return **v;
    if (const auto* v = node.as_integer()) return static_cast<std::int64_t>(**v);
    if (const auto* v = node.as_floating_point()) return **v;
    if (const auto* v = node.as_string()) return **v;
    const toml::array* array = node.as_array();
    require_input(array != nullptr, "option '", key, "' has a value of an unknown kind (", where,
                  "): give true/false, a number, a string or a list of numbers or strings");
    std::vector<double> numbers;
    std::vector<std::string> strings;
    for (const auto& element : *array) {
      if (const auto* v = element.as_integer()) {
        numbers.push_back(static_cast<double>(**v));
      } else if (const auto* real = element.as_floating_point()) {
        numbers.push_back(**real);
      } else if (const auto* text = element.as_string()) {
        strings.push_back(**text);
      } else {
        throw InputError(concat("option '", key, "' has a list element of an unknown kind (", where,
                                "): lists hold numbers or strings"));
      }
    }
    require_input(numbers.empty() || strings.empty(), "option '", key,
                  "' mixes numbers and strings in one list (", where, "): use one kind");
    if (!strings.empty()) return strings;
    return numbers;
  }

  Job& job_;
};

toml::table parse_table(std::string_view text, const std::string& source) {
  try {
    return toml::parse(text, source);
  } catch (const toml::parse_error& error) {
    throw InputError(concat("the job is not valid TOML (", source, ":", error.source().begin.line,
                            ":", error.source().begin.column, "): ", error.description()));
  }
}

void apply_override(Collector& collector, const std::string& text) {
  const auto equals = text.find('=');
  const auto dot = text.find('.');
  const std::string form = "write experiment.OPTION=VALUE, axes.AXIS=VALUES or run.KEY=VALUE";
  require_input(equals != std::string::npos && dot != std::string::npos && dot < equals &&
                    dot > 0 && equals > dot + 1,
                "cannot read the override (--set ", text, "): ", form);
  const std::string section = text.substr(0, dot);
  const std::string key = text.substr(dot + 1, equals - dot - 1);
  const std::string value = text.substr(equals + 1);
  require_input(section == "experiment" || section == "axes" || section == "run",
                "unknown section '", section, "' in an override (--set ", text, "): ", form);
  toml::table table;
  try {
    table = toml::parse("value = " + value);
  } catch (const toml::parse_error&) {
    // A bare word is what a shell user means by a string.
    require_input(!value.empty() && value.find_first_of("[]{}=\"'\n") == std::string::npos,
                  "cannot read the value of an override (--set ", text,
                  "): give a number, true/false, a word, or a list like [0.1,0.2]");
    table.insert_or_assign("value", value);
  }
  require_input(table.size() == 1, "cannot read the value of an override (--set ", text,
                "): ", form);
  collector.entry(section, key, *table.get("value"), "--set " + text);
}

std::string json(const toml::table& table) {
  std::ostringstream out;
  out << toml::json_formatter{table};
  return out.str();
}

/// The job's values as the type the axis was declared with, finite, each there once.
AxisValues values_for(const Axis& axis, const Setting<AxisValues>& setting) {
  AxisValues values = setting.value;
  if (axis.values.index() == 0) {
    if (const auto* integers = std::get_if<1>(&values))
      values = std::vector<double>(integers->begin(), integers->end());
  } else if (axis.values.index() == 1) {
    // linspace and logspace make reals; on an axis of whole numbers they must hit some.
    if (const auto* reals = std::get_if<0>(&values)) {
      std::vector<std::int64_t> integers;
      for (const double x : *reals) {
        const double whole = std::round(x);
        require_input(std::fabs(x) < 9e15 && std::fabs(x - whole) <= 1e-9 * std::fabs(whole),
                      "axis '", axis.name, "' takes whole numbers (", setting.where, ", saw ",
                      to_toml(x), "): ", axis.doc);
        integers.push_back(static_cast<std::int64_t>(whole));
      }
      values = std::move(integers);
    }
  }
  static constexpr const char* kinds[] = {"numbers", "whole numbers", "labels"};
  require_input(values.index() == axis.values.index(), "axis '", axis.name, "' takes ",
                kinds[axis.values.index()], " (", setting.where, ", saw ", kinds[values.index()],
                "): ", axis.doc);
  std::visit(
      [&](auto list) {
        using Value = typename decltype(list)::value_type;
        if constexpr (std::is_same_v<Value, double>)
          require_input(
              std::all_of(list.begin(), list.end(), [](double x) { return std::isfinite(x); }),
              "axis '", axis.name, "' has a value that is not finite (", setting.where,
              "): remove it");
        std::sort(list.begin(), list.end());
        const auto twice = std::adjacent_find(list.begin(), list.end());
        if (twice != list.end())
          throw InputError(concat("axis '", axis.name, "' has the value ", to_toml(*twice),
                                  " twice (", setting.where, "): remove one"));
      },
      values);
  return values;
}

}  // namespace

OptionTable RunSettings::table() {
  OptionTable options;
  options.add("title", title, "", "what figures and reports call this sweep");
  options.add("seed", seed, "", "keys every random number of the sweep").at_least(0);
  options.add("ranks_per_unit", ranks_per_unit, "", "MPI ranks that work on one unit together")
      .at_least(1);
  options.add("walltime", walltime, "", "drain after this long; 0: no limit; also \"d-hh:mm:ss\"")
      .at_least(0)
      .unit("s");
  options.add("record", record, "", "file to write; empty: out/JOB[-PROFILE].h5");
  return options;
}

Job parse_job(std::string_view text, const std::string& source, const std::string& profile,
              const std::vector<std::string>& overrides) {
  Job job;
  job.text = std::string(text);
  job.profile = profile;
  job.overrides = overrides;
  job.stem = std::filesystem::path(source).stem().string();
  const toml::table table = parse_table(text, source);
  Collector collector(job);
  const toml::table* profiles = nullptr;
  for (const auto& [key, value] : table) {
    const std::string name(key.str());
    if (name == "profile") {
      profiles = value.as_table();
      require_input(profiles != nullptr, "'profile' must hold tables (", place(source, value),
                    "): write [profile.smoke]");
    } else if (name == "experiment" || name == "axes" || name == "run") {
      collector.section(name, value, source);
    } else {
      throw InputError(unknown_name_message("table", name, place(source, value),
                                            {"experiment", "axes", "run", "profile"}));
    }
  }
  // Every profile is read, so that a mistake in one shows before the day it is needed.
  std::vector<std::string> known;
  if (profiles != nullptr) {
    for (const auto& [key, value] : *profiles) {
      const std::string name(key.str());
      known.push_back(name);
      const toml::table* parts = value.as_table();
      require_input(parts != nullptr, "profile '", name, "' must be a table (",
                    place(source, value), "): write [profile.", name, "]");
      Job scratch;
      Collector checker(scratch);
      Collector& target = name == profile ? collector : checker;
      for (const auto& [part, content] : *parts) {
        const std::string section(part.str());
        if (section != "experiment" && section != "axes" && section != "run")
          throw InputError(unknown_name_message("table of a profile", section,
                                                place(source, content),
                                                {"experiment", "axes", "run"}));
        target.section(section, content, source);
      }
    }
  }
  if (!profile.empty() && std::find(known.begin(), known.end(), profile) == known.end())
    throw InputError(unknown_name_message("profile", profile, source, known));
  for (const std::string& text_override : overrides) apply_override(collector, text_override);
  require_input(!job.experiment.empty(), "the job names no experiment (", source,
                "): write [experiment] name = \"...\"; see `syncgap experiments`");
  return job;
}

Job read_job(const std::string& path, const std::string& profile,
             const std::vector<std::string>& overrides) {
  std::error_code error;
  require_input(!std::filesystem::is_directory(path, error), "the job is a folder (", path,
                "): give a .toml file");
  std::ifstream file(path, std::ios::binary);
  require_input(file.good(), "cannot open the job (", path, "): check the path");
  std::ostringstream text;
  text << file.rdbuf();
  require_input(file.good() || file.eof(), "cannot read the job (", path, "): check the disk");
  return parse_job(text.str(), path, profile, overrides);
}

void apply_options(const Job& job, OptionTable& table) {
  for (const auto& setting : job.options) table.set(setting.key, setting.value, setting.where);
}

Grid make_grid(const Job& job, std::vector<Axis> declared) {
  std::vector<std::string> known;
  known.reserve(declared.size());
  for (const Axis& axis : declared) known.push_back(axis.name);
  for (const auto& setting : job.axes) {
    const auto axis = std::find_if(declared.begin(), declared.end(),
                                   [&](const Axis& a) { return a.name == setting.key; });
    if (axis == declared.end())
      throw InputError(unknown_name_message("axis", setting.key, setting.where, known));
    axis->values = values_for(*axis, setting);
    if (!axis->choices.empty())
      for (const auto& label : std::get<2>(axis->values))
        if (std::find(axis->choices.begin(), axis->choices.end(), label) == axis->choices.end())
          throw InputError(unknown_name_message("value of axis '" + axis->name + "'", label,
                                                setting.where, axis->choices));
  }
  return Grid(std::move(declared));
}

std::string options_json(const OptionTable& table) {
  toml::table object;
  for (const Option& option : table.all()) {
    std::visit(
        [&](const auto& value) {
          using T = std::decay_t<decltype(value)>;
          if constexpr (std::is_same_v<T, std::vector<double>> ||
                        std::is_same_v<T, std::vector<std::string>>) {
            toml::array array;
            for (const auto& element : value) array.push_back(element);
            object.insert_or_assign(option.name(), std::move(array));
          } else {
            object.insert_or_assign(option.name(), value);
          }
        },
        option.value());
  }
  return json(object);
}

std::string option_docs_json(const OptionTable& table) {
  toml::table object;
  for (const Option& option : table.all())
    object.insert_or_assign(option.name(), toml::table{{"symbol", option.symbol()},
                                                       {"unit", option.unit_text()},
                                                       {"doc", option.doc()},
                                                       {"limits", option.limits_text()}});
  return json(object);
}

}  // namespace syncgap
