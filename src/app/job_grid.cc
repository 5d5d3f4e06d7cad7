#include "app/job_grid.h"

#include <algorithm>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/check.h"

namespace syncgap::app {
namespace {

bool has_axis(const experiments::Experiment& experiment, const std::string& name) {
  const std::vector<Axis> axes = experiment.axes();
  return std::any_of(axes.begin(), axes.end(), [&](const Axis& axis) { return axis.name == name; });
}

/// What an option that is a choice, a list of choices or a switch could be instead.
std::vector<OptionValue> alternatives(const Option& option) {
  std::vector<OptionValue> found;
  const OptionValue now = option.value();
  if (const bool* on = std::get_if<bool>(&now)) found.emplace_back(!*on);
  if (std::holds_alternative<std::string>(now))
    for (const std::string& word : option.choices()) found.emplace_back(word);
  if (const auto* words = std::get_if<std::vector<std::string>>(&now))
    for (const std::string& word : option.choices()) {
      std::vector<std::string> more = *words;
      more.push_back(word);
      found.emplace_back(std::move(more));
    }
  return found;
}

/// "experiment.relaxation = "symmetric" (it is there with "triangular")" for an axis that an option
/// rules out.
std::optional<std::string> ruled_out_by(experiments::Experiment& experiment,
                                        const std::string& axis) {
  for (const Option& option : experiment.options().all()) {
    const OptionValue now = option.value();
    std::optional<std::string> found;
    for (const OptionValue& other : alternatives(option)) {
      experiment.options().set(option.name(), other, "another choice");
      if (!found && has_axis(experiment, axis))
        found = concat("experiment.", option.name(), " = ", to_toml(now), ": remove it, or set ",
                       option.name(), " = ", to_toml(other));
    }
    experiment.options().set(option.name(), now, "the choice made");
    if (found) return found;
  }
  return std::nullopt;
}

}  // namespace

Grid job_grid(const Job& job, experiments::Experiment& experiment) {
  for (const auto& setting : job.axes)
    if (!has_axis(experiment, setting.key))
      if (const auto option = ruled_out_by(experiment, setting.key))
        throw InputError(
            concat("there is no axis '", setting.key, "' (", setting.where, ") with ", *option));
  return make_grid(job, experiment.axes());
}

}  // namespace syncgap::app
