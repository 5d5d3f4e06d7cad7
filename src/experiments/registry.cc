#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.h"
#include "experiments/experiment.h"
#include "experiments/trained.h"

namespace syncgap::experiments {

// What every folder of the table defines.
#define EXPERIMENT(name) std::unique_ptr<Experiment> make_##name();
#include "experiments/table.def"

namespace {

const std::vector<ExperimentEntry>& table() {
  static const std::vector<ExperimentEntry> entries = [] {
    std::vector<ExperimentEntry> all = {
#define EXPERIMENT(name) {#name, make_##name},
#include "experiments/table.def"
    };
    const auto trained = trained_experiments();
    all.insert(all.end(), trained.begin(), trained.end());
    return all;
  }();
  return entries;
}

}  // namespace

std::vector<std::string> experiment_names() {
  std::vector<std::string> names;
  for (const ExperimentEntry& entry : table()) names.emplace_back(entry.name);
  return names;
}

std::unique_ptr<Experiment> make_experiment(std::string_view name, std::string_view where) {
  for (const ExperimentEntry& entry : table())
    if (entry.name == name) return entry.make();
  throw InputError(unknown_name_message("experiment", name, where, experiment_names()));
}

}  // namespace syncgap::experiments
