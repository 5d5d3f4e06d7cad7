#include "core/job.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <toml++/toml.h>

#include "core/axis_reading.h"
#include "core/check.h"
#include "core/goal_reading.h"
#include "core/inline_tables.h"
#include "core/option_reading.h"
#include "core/override_reading.h"

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
  explicit Collector(Job& job) : job_(job), run_(job.run.table()) {}

  void section(const std::string& name, const toml::node& node, const std::string& source,
               JobPart part) {
    const toml::table* table = node.as_table();
    require_input(table != nullptr, "'", name, "' must be a table (", place(source, node),
                  "): write [", name, "]");
    for (const auto& [key, value] : *table)
      entry(name, std::string(key.str()), value, place(source, value), part);
  }

  void entry(const std::string& section, const std::string& key, const toml::node& value,
             const std::string& where, JobPart part) {
    if (section == "axes") {
      replace(job_.axes, {key, read_axis_values(key, value, where), where, part});
    } else if (section == "run") {
      if (read_goal(job_.run.goals, key, value, where)) return;
      if (key == "walltime" && value.is_string())
        run_.set(key, clock_seconds(**value.as_string(), where), where);
      else if (const auto* clock = value.as_time(); key == "walltime" && clock != nullptr)
        // Without quotes TOML takes 01:30:00 for a time of day.
        run_.set(key, (clock->get().hour * 60. + clock->get().minute) * 60 + clock->get().second,
                 where);
      else
        run_.set(key, read_option_value(key, value, where), where);
    } else if (key == "name") {
      require_input(value.is_string(), "'experiment.name' takes a string (", where,
                    "): see `syncgap experiments`");
      job_.experiment = **value.as_string();
      job_.experiment_where = where;
    } else {
      replace(job_.options, {key, read_option_value(key, value, where), where, part});
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

  Job& job_;
  OptionTable run_;  ///< made before anything is set, so that it knows the defaults
};

toml::table parse_table(std::string_view text, const std::string& source) {
  try {
    return toml::parse(without_breaks_in_inline_tables(text), source);
  } catch (const toml::parse_error& error) {
    const std::string_view problem = error.description();
    // What people write who know other languages; --set takes it.
    const bool number = problem.find("floating-point") != std::string_view::npos;
    throw InputError(
        concat("the job is not valid TOML (", source, ":", error.source().begin.line, ":",
               error.source().begin.column, "): ", problem,
               number ? "; numbers have digits on both sides of the point: 0.5, 5.0" : ""));
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
  require_input(section == "experiment" || section == "axes" || section == "run",
                "unknown section '", section, "' in an override (--set ", text, "): ", form);
  const Commas commas = section == "axes"  ? Commas::separate
                        : section == "run" ? Commas::are_text
                                           : Commas::separate_numbers;
  const auto table = read_override_value(text.substr(equals + 1), commas);
  require_input(table.has_value(), "cannot read the value of an override (--set ", text,
                "): give a number, true/false, a word, or a list like [0.1,0.2]");
  collector.entry(section, key, *table->get("value"), "--set " + text, JobPart::command_line);
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

/// Throws InputError where a job chooses of an axis what it may not.
void check_choice(const Axis& declared, const AxisValues& given, const std::string& where) {
  switch (declared.choice) {
    case AxisChoice::values:
      return;
    case AxisChoice::count: {
      const auto& numbers = std::get<std::vector<std::int64_t>>(given);
      for (std::size_t i = 0; i < numbers.size(); ++i)
        require_input(numbers[i] == static_cast<std::int64_t>(i), "axis '", declared.name,
                      "' counts from 0 (", where, ", saw ", numbers[i], " at place ", i,
                      "): give { range = [0, ", numbers.size(), "] }");
      return;
    }
    case AxisChoice::nothing:
      require_input(given == declared.values, "axis '", declared.name,
                    "' has the values that the experiment and its options make (", where,
                    "): leave it out of the job");
  }
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
  options.add("record", record, "", "file to write; empty: out/JOB[-PROFILE].h5").path();
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
      collector.section(name, value, source, JobPart::file);
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
        target.section(section, content, source, JobPart::profile);
      }
    }
  }
  if (!profile.empty() && std::find(known.begin(), known.end(), profile) == known.end())
    throw InputError(unknown_name_message("profile", profile, source, known));
  for (const std::string& text_override : overrides) apply_override(collector, text_override);
  check_goals(job.run.goals);
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
  for (const auto& setting : job.options) {
    const Option& option = table.option(setting.key, setting.where);
    if (option.applies()) continue;
    const auto chosen = std::find_if(job.options.begin(), job.options.end(), [&](const auto& each) {
      return each.key == option.choice()->name();
    });
    const bool given = chosen != job.options.end();
    require_input(given && setting.part < chosen->part, "option '", option.name(), "' goes with ",
                  option.condition_text(), " (", setting.where, "; ", option.choice()->name(),
                  " is ", to_toml(option.choice()->value()), given ? ", " : " by default",
                  given ? chosen->where : "", "): leave it out, or choose the other");
  }
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
    const AxisValues given = values_for(*axis, setting);
    if (!axis->choices.empty())
      for (const auto& label : std::get<2>(given))
        if (std::find(axis->choices.begin(), axis->choices.end(), label) == axis->choices.end())
          throw InputError(unknown_name_message("value of axis '" + axis->name + "'", label,
                                                setting.where, axis->choices));
    check_choice(*axis, given, setting.where);
    axis->values = given;
  }
  for (Axis& axis : declared)
    if (!axis.numbers_of.empty() &&
        std::none_of(job.axes.begin(), job.axes.end(),
                     [&](const auto& setting) { return setting.key == axis.name; }))
      leave_out_surplus(axis, declared);
  return Grid(std::move(declared));
}

}  // namespace syncgap
