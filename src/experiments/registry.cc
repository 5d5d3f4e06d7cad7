#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.h"
#include "experiments/coupled_ou/coupled_ou.h"
#include "experiments/dataset_regimes/dataset_regimes.h"
#include "experiments/exact_score/exact_score.h"
#include "experiments/experiment.h"
#include "experiments/information_dynamics/information_dynamics.h"
#include "experiments/mixture_cloning/mixture_cloning.h"
#include "experiments/mixture_collapse/mixture_collapse.h"
#include "experiments/pathwise_entropy/pathwise_entropy.h"
#include "experiments/trained.h"

namespace syncgap::experiments {
namespace {

/// The one table of experiments: a new one adds its header above and its line here.
const std::vector<ExperimentEntry>& table() {
  static const std::vector<ExperimentEntry> entries = [] {
    std::vector<ExperimentEntry> all = {
        {"coupled_ou", make_coupled_ou},
        {"dataset_regimes", make_dataset_regimes},
        {"exact_score", make_exact_score},
        {"information_dynamics", make_information_dynamics},
        {"mixture_cloning", make_mixture_cloning},
        {"mixture_collapse", make_mixture_collapse},
        {"pathwise_entropy", make_pathwise_entropy},
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
