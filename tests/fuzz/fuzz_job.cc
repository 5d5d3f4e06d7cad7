// Any text as a job file: it is read, or refused with an InputError; nothing else may happen.
// Lines "# --set experiment.x=1" are taken as overrides.
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "core/check.h"
#include "core/job.h"
#include "core/options_json.h"

namespace {

using namespace syncgap;

/// Options and axes of every type there is.
struct MadeUp {
  bool flag = true;
  std::int64_t trials = 100;
  double noise_variance = 2;
  std::string matrix = "symmetric";
  std::vector<double> weights{0.5, 0.5};
  std::vector<std::string> labels{"a"};

  OptionTable table() {
    OptionTable options;
    options.add("flag", flag, "", "a switch");
    options.add("trials", trials, "N", "a count").at_least(1);
    options.add("noise_variance", noise_variance, "sigma^2", "a real").above(0);
    options.add("matrix", matrix, "", "a choice").one_of({"symmetric", "anisotropic"});
    options.add("weights", weights, "", "reals").at_least(0);
    options.add("labels", labels, "", "strings");
    return options;
  }
  static std::vector<Axis> axes() {
    return {{"g", AxisRole::split, std::vector<double>{0.5}, "coupling strength"},
            {"seed", AxisRole::split, std::vector<std::int64_t>{0}, "seed"},
            {"schedule",
             AxisRole::split,
             std::vector<std::string>{"late"},
             "schedule",
             "1",
             {"late", "early"}},
            {"step", AxisRole::captured, std::vector<std::int64_t>{0, 1}, "step"}};
  }
};

std::vector<std::string> overrides_in(const std::string& text) {
  const std::string mark = "# --set ";
  std::vector<std::string> overrides;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (line.compare(0, mark.size(), mark) == 0) overrides.push_back(line.substr(mark.size()));
  return overrides;
}

bool is_small(const Job& job) {
  std::size_t values = 0;
  for (const auto& setting : job.axes)
    values += std::visit([](const auto& list) { return list.size(); }, setting.value);
  return values < 10000;
}

void read(const std::string& text, const std::string& profile) {
  try {
    const Job job = parse_job(text, "fuzz.toml", profile, overrides_in(text));
    MadeUp experiment;
    OptionTable table = experiment.table();
    apply_options(job, table);
    if (options_json(table).empty() || option_docs_json(table).empty()) std::abort();
    if (!is_small(job)) return;
    const Grid grid = make_grid(job, MadeUp::axes());
    if (grid.unit_count() == 0 || grid.describe(grid.unit_count() - 1).empty()) std::abort();
  } catch (const InputError& error) {
    if (std::string(error.what()).empty()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  read(text, "");
  read(text, "smoke");
  return 0;
}
