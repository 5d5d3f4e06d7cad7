#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.h"
#include "experiments/experiment.h"

namespace syncgap::experiments {

// What every folder of the table defines.
#define EXPERIMENT(name) std::unique_ptr<Experiment> make_##name();
#define TRAINED_EXPERIMENT(name, Options) EXPERIMENT(name)
#include "experiments/table.def"

namespace {

/// A line of the table.
struct Entry {
  std::string_view name;
  std::unique_ptr<Experiment> (*make)();
};

constexpr Entry kTable[] = {
#define EXPERIMENT(name) {#name, make_##name},
#define TRAINED_EXPERIMENT(name, Options) EXPERIMENT(name)
#include "experiments/table.def"
};

}  // namespace

std::vector<std::string> experiment_names() {
  std::vector<std::string> names;
  for (const Entry& entry : kTable) names.emplace_back(entry.name);
  return names;
}

std::unique_ptr<Experiment> make_experiment(std::string_view name, std::string_view where) {
  for (const Entry& entry : kTable)
    if (entry.name == name) return entry.make();
  throw InputError(unknown_name_message("experiment", name, where, experiment_names()));
}

}  // namespace syncgap::experiments
