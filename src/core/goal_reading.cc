#include "core/goal_reading.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/check.h"
#include "core/numbers.h"
#include "core/options.h"

namespace syncgap {
namespace {

constexpr const char* kPrecisionForm =
    "write run.precision = { OBSERVABLE = 0.5 } for a half width of the interval, OBSERVABLE = { "
    "relative = 0.1 } for one beside the mean";
constexpr const char* kRefineForm =
    "write run.refine = { axis = \"g\", observable = \"NAME\", tolerance = 0.01 }";

double number(const toml::node& value, const std::string& name, const std::string& where,
              const char* form) {
  const auto read = value.is_number() ? value.value<double>() : std::optional<double>();
  require_input(read && std::isfinite(*read), "'", name, "' takes a number (", where, "): ", form);
  return *read;
}

std::int64_t whole(const toml::node& value, const std::string& name, std::int64_t least,
                   const std::string& where, const char* form) {
  const double read = number(value, name, where, form);
  require_input(is_whole(read) && read >= to_real(least) && read <= 1e9, "'", name,
                "' takes a whole number from ", least, " on (", where, ", saw ", read, "): ", form);
  return static_cast<std::int64_t>(read);
}

std::string word(const toml::node& value, const std::string& name, const std::string& where) {
  require_input(value.is_string(), "'", name, "' takes a name (", where, "): ", kRefineForm);
  return **value.as_string();
}

void set_precision(Goals& goals, const std::string& key, const toml::node& value,
                   const std::string& where) {
  const std::string name = "precision." + key;
  if (key == "level") {
    goals.level = number(value, name, where, kPrecisionForm);
    require_input(goals.level > 0 && goals.level < 1, "'", name, "' lies between 0 and 1 (", where,
                  ", saw ", goals.level, "): it is the confidence level of the intervals");
    return;
  }
  if (key == "first") {
    goals.first = whole(value, name, 2, where, kPrecisionForm);
    return;
  }
  PrecisionGoal goal{key, 0, false, where};
  if (const toml::table* table = value.as_table()) {
    const bool one = table->size() == 1;
    goal.relative = one && table->contains("relative");
    require_input(goal.relative || (one && table->contains("absolute")), "'", name,
                  "' cannot be read (", where, "): ", kPrecisionForm);
    goal.bound =
        number(*table->get(goal.relative ? "relative" : "absolute"), name, where, kPrecisionForm);
  } else {
    goal.bound = number(value, name, where, kPrecisionForm);
  }
  require_input(goal.bound > 0, "'", name, "' must be above 0 (", where, ", saw ", goal.bound,
                "): no interval is narrower than that");
  const auto known = std::find_if(goals.precision.begin(), goals.precision.end(),
                                  [&](const auto& other) { return other.observable == key; });
  if (known != goals.precision.end())
    *known = goal;
  else
    goals.precision.insert(std::find_if(goals.precision.begin(), goals.precision.end(),
                                        [&](const auto& other) { return other.observable > key; }),
                           goal);
}

void set_refine(Goals& goals, const std::string& key, const toml::node& value,
                const std::string& where) {
  if (!goals.refine) goals.refine.emplace();
  Refinement& refine = *goals.refine;
  refine.where = where;
  const std::string name = "refine." + key;
  if (key == "axis") {
    refine.axis = word(value, name, where);
  } else if (key == "observable") {
    refine.observable = word(value, name, where);
  } else if (key == "tolerance") {
    refine.tolerance = number(value, name, where, kRefineForm);
    require_input(refine.tolerance > 0, "'", name, "' must be above 0 (", where, ", saw ",
                  refine.tolerance, "): it is the miss that is accepted");
  } else if (key == "first") {
    refine.first = whole(value, name, 3, where, kRefineForm);
  } else {
    throw InputError(unknown_name_message("key of run.refine", key, where,
                                          {"axis", "observable", "tolerance", "first"}));
  }
}

}  // namespace

bool read_goal(Goals& goals, const std::string& key, const toml::node& value,
               const std::string& where) {
  for (const bool precise : {true, false}) {
    const std::string table = precise ? "precision" : "refine";
    const auto set_one = precise ? set_precision : set_refine;
    if (key == table) {
      require_input(value.is_table(), "'", key, "' must be a table (", where,
                    "): ", precise ? kPrecisionForm : kRefineForm);
      for (const auto& [name, each] : *value.as_table())
        set_one(goals, std::string(name.str()), each, where);
      return true;
    }
    if (key.starts_with(table + ".")) {
      set_one(goals, key.substr(table.size() + 1), value, where);
      return true;
    }
  }
  return false;
}

void check_goals(const Goals& goals) {
  const auto& refine = goals.refine;
  if (!refine) return;
  require_input(!refine->axis.empty() && !refine->observable.empty() && refine->tolerance > 0,
                "run.refine lacks ",
                refine->axis.empty()         ? "axis"
                : refine->observable.empty() ? "observable"
                                             : "tolerance",
                " (", refine->where, "): ", kRefineForm);
}

}  // namespace syncgap
